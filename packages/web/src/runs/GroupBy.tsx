import { type Names, namesAsColumns, type View } from './view.ts'

/** Chooses by which param or tag runs are taken together. */
export function GroupBy({
  names,
  group,
  change,
}: {
  names: Names | undefined
  group: string | undefined
  change: (part: Partial<View>) => void
}) {
  const choices = namesAsColumns(names).filter(({ kind }) => kind !== 'metrics')
  return (
    <label>
      Group{' '}
      <select value={group ?? ''} onChange={(event) => change({ group: event.target.value || undefined })}>
        <option value="">by nothing</option>
        {choices.map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  )
}
