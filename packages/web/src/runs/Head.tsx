import { useState } from 'react'
import { type Layout, NAME, resized } from './layout.ts'
import { type Column, spelled } from './view.ts'

const KEY_PX = 16

type Props = {
  columns: readonly Column[]
  layout: Layout
  onResize: (id: string, width: number) => void
  order: string | undefined
  setOrder: (order: string | undefined) => void
}

/** The headings: a click sorts, the right edge makes the column wider. */
export function Head({ columns, layout, onResize, order, setOrder }: Props) {
  const header = (id: string, label: string, expression: string, className: string) => {
    const direction = order === `${expression} ASC` ? 'ASC' : order === `${expression} DESC` ? 'DESC' : undefined
    const next = direction === 'DESC' ? `${expression} ASC` : direction === 'ASC' ? undefined : `${expression} DESC`
    const sort = direction === 'ASC' ? 'ascending' : direction === 'DESC' ? 'descending' : 'none'
    return (
      <div key={id} role="columnheader" tabIndex={-1} aria-sort={sort} className={`cell ${className}`} style={layout.styleOf(id)}>
        <button
          type="button"
          className={direction ? 'sorted' : ''}
          title={`Sort by ${id === NAME ? label : id}`}
          onClick={() => setOrder(next)}
        >
          {label} {direction === 'ASC' ? '↑' : direction === 'DESC' ? '↓' : ''}
        </button>
        {id !== STARTED && <Edge label={label} width={layout.widthOf(id)} onResize={(width) => onResize(id, width)} />}
      </div>
    )
  }
  return (
    <div className="head" role="rowgroup">
      <div role="row" tabIndex={-1} className="head">
        <div role="columnheader" tabIndex={-1} className="cell check">
          <span className="hidden">Selected</span>
        </div>
        {header(NAME, 'Run', 'attributes.run_name', 'name')}
        {header(STARTED, 'Started', 'attributes.start_time', '')}
        <div role="columnheader" tabIndex={-1} className="cell number">
          Duration
        </div>
        {columns.map((column, place) =>
          header(
            column.id,
            column.name,
            spelled(column),
            `${column.kind === 'metrics' ? 'number' : ''}${place < layout.pinned ? ' pinned' : ''}`,
          ),
        )}
      </div>
    </div>
  )
}

const STARTED = 'start_time'

/** The edge between two headings, moved by dragging or by the arrow keys. */
function Edge({ label, width, onResize }: { label: string; width: number; onResize: (width: number) => void }) {
  const [from, setFrom] = useState<number>()
  return (
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={width}
      tabIndex={0}
      className="edge"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setFrom(event.clientX)
      }}
      onPointerUp={(event) => {
        if (from !== undefined && event.clientX !== from) onResize(resized(width, event.clientX - from))
        setFrom(undefined)
      }}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowRight' ? KEY_PX : event.key === 'ArrowLeft' ? -KEY_PX : 0
        if (by === 0) return
        event.preventDefault()
        onResize(resized(width, by))
      }}
    />
  )
}
