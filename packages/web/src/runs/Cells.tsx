import { metric } from '../format.ts'
import type { Layout } from './layout.ts'
import type { Row } from './use-runs.ts'
import type { Column } from './view.ts'

const PLACES = { metrics: 0, params: 0, tags: 1 }

/** What a run has in the columns that are shown. */
export function Cells({ row, columns, layout }: { row: Row; columns: readonly Column[]; layout: Layout }) {
  // The tags of a row begin with the parent run's, which is no column.
  const next = { ...PLACES }
  return columns.map(({ kind, id }, place) => {
    const value = row[kind][next[kind]++]
    const text = kind === 'metrics' ? metric(value) : String(value ?? '')
    return (
      <div
        key={id}
        role="gridcell"
        className={`cell${kind === 'metrics' ? ' number' : ''}${place < layout.pinned ? ' pinned' : ''}`}
        style={layout.styleOf(id)}
        title={kind === 'metrics' ? String(value ?? '') : text}
      >
        {text}
      </div>
    )
  })
}
