import { useState } from 'react'
import { Menu } from '../parts/Menu.tsx'
import { type Column, moved, type Names } from './view.ts'

const SHOWN_MAX = 60
const KINDS = ['metrics', 'params', 'tags'] as const

/** Chooses the columns of the table, by typing a part of a name: there may be twelve thousand. */
export function ColumnsMenu({
  names,
  shown,
  pinned,
  onChange,
}: {
  names: Names | undefined
  shown: readonly Column[]
  /** How many of them stay while the others scroll: the first ones. */
  pinned: number
  onChange: (ids: string[], pinned: number) => void
}) {
  const [typed, setTyped] = useState('')
  const ids = shown.map(({ id }) => id)
  const isPinned = (id: string): boolean => ids.indexOf(id) >= 0 && ids.indexOf(id) < pinned
  const toggle = (id: string): void =>
    onChange(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id], isPinned(id) ? pinned - 1 : pinned)
  const pin = (id: string): void =>
    isPinned(id) ? onChange(moved(ids, ids.indexOf(id), pinned - 1), pinned - 1) : onChange(moved(ids, ids.indexOf(id), pinned), pinned + 1)
  const word = typed.toLowerCase()
  return (
    <Menu label={`Columns (${shown.length})`}>
      <input
        type="search"
        aria-label="Find a column"
        placeholder="Find a column"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {typed === '' && shown.length > 1 && (
        <fieldset className="plain">
          <h3>Shown, in their order</h3>
          {shown.map(({ id }, at) => (
            <div key={id} className="ordered">
              <span title={id}>{id}</span>
              <button type="button" className="quiet" aria-pressed={isPinned(id)} aria-label={`Pin ${id}`} onClick={() => pin(id)}>
                {isPinned(id) ? 'Unpin' : 'Pin'}
              </button>
              <button
                type="button"
                className="quiet"
                disabled={at === 0}
                aria-label={`${id} earlier`}
                onClick={() => onChange(moved(ids, at, at - 1), pinned)}
              >
                ↑
              </button>
              <button
                type="button"
                className="quiet"
                disabled={at === shown.length - 1}
                aria-label={`${id} later`}
                onClick={() => onChange(moved(ids, at, at + 1), pinned)}
              >
                ↓
              </button>
            </div>
          ))}
        </fieldset>
      )}
      {KINDS.map((kind) => {
        const all = (names?.[kind] ?? []).filter(
          (name) => name.toLowerCase().includes(word) && !(kind === 'tags' && name.startsWith('mlflow.')),
        )
        if (all.length === 0) return null
        const first = [...all]
          .sort((a, b) => Number(ids.includes(`${kind}.${b}`)) - Number(ids.includes(`${kind}.${a}`)))
          .slice(0, SHOWN_MAX)
        return (
          <fieldset key={kind} className="plain">
            <h3>{{ metrics: 'Metrics', params: 'Parameters', tags: 'Tags' }[kind]}</h3>
            {first.map((name) => (
              <label key={name}>
                <input type="checkbox" checked={ids.includes(`${kind}.${name}`)} onChange={() => toggle(`${kind}.${name}`)} /> {name}
              </label>
            ))}
            {all.length > first.length && (
              <p className="faint">and {(all.length - first.length).toLocaleString('en-GB')} more: type a part of the name.</p>
            )}
          </fieldset>
        )
      })}
    </Menu>
  )
}
