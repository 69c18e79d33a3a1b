import { Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { count, duration, metric } from '../format.ts'
import { Loading } from '../parts/Loading.tsx'
import { Status } from '../parts/Status.tsx'
import { Time } from '../parts/Time.tsx'
import { nested } from './nesting.ts'
import type { Row, Runs } from './use-runs.ts'
import { type Column, spelled } from './view.ts'

const ROW_PX = 34
const AHEAD = 12
const INDENT_REM = 1.1

type Props = {
  readonly experimentId: string
  readonly runs: Runs
  readonly columns: readonly Column[]
  readonly order: string | undefined
  readonly setOrder: (order: string | undefined) => void
  readonly chosen: ReadonlySet<string>
  readonly choose: (chosen: ReadonlySet<string>) => void
  readonly isFiltered: boolean
}

/** The table of runs. Only rows that can be seen exist; `j` and `k` walk, `x` selects, Enter opens, `c` compares what is selected. */
export function RunsGrid({ experimentId, runs, columns, order, setOrder, chosen, choose, isFiltered }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(-1)
  const rows = useMemo(() => nested(runs.rows), [runs.rows])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (runs.hasMore && last >= rows.length - 1 - AHEAD) runs.more()
  }, [last, rows.length, runs])
  const toggle = (id: string): void => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    choose(next)
  }
  useKeys({ rows, at, setAt, toggle, chosen, experimentId, show: (index) => virtual.scrollToIndex(index) })
  if (runs.isLoading && runs.problem === '') return <Loading lines={10} />
  if (rows.length === 0 && runs.problem === '') {
    return (
      <p className="faint">
        {isFiltered ? 'No run is found by this filter.' : 'There are no runs here yet. They appear when a client logs them.'}
      </p>
    )
  }
  return (
    <>
      <div ref={scroller} className="grid" role="grid" aria-label="Runs" aria-rowcount={runs.total ?? -1} tabIndex={0}>
        <Head columns={columns} order={order} setOrder={setOrder} />
        <div className="body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const found = rows[index]
            if (!found) return null
            const { row, depth } = found
            return (
              <div
                key={row.run_id}
                role="row"
                tabIndex={-1}
                aria-rowindex={index + 2}
                aria-selected={chosen.has(row.run_id)}
                className={index === at ? 'row at' : 'row'}
                style={{ transform: `translateY(${start}px)` }}
              >
                <div role="gridcell" className="cell check">
                  <input
                    type="checkbox"
                    aria-label={`Select ${row.run_name}`}
                    checked={chosen.has(row.run_id)}
                    onChange={() => toggle(row.run_id)}
                  />
                </div>
                <div role="gridcell" className="cell name" style={{ paddingLeft: `${0.75 + depth * INDENT_REM}rem` }}>
                  {depth > 0 && <span className="faint">└ </span>}
                  <Status of={row.status} short />{' '}
                  <Link
                    to="/experiments/$experimentId/runs/$runId"
                    params={{ experimentId: row.experiment_id, runId: row.run_id }}
                    title={row.run_name}
                  >
                    {row.run_name || row.run_id.slice(0, 8)}
                  </Link>
                </div>
                <div role="gridcell" className="cell">
                  <Time at={row.start_time} />
                </div>
                <div role="gridcell" className="cell number">
                  {row.end_time === undefined ? '' : duration(row.end_time - row.start_time)}
                </div>
                {cells(row, columns)}
              </div>
            )
          })}
        </div>
      </div>
      <p className="faint" aria-live="polite">
        {runs.total !== undefined && count(runs.total, 'run')}
        {chosen.size > 0 && `, ${chosen.size} selected`}
      </p>
    </>
  )
}

const PLACES = { metrics: 0, params: 0, tags: 1 }

function cells(row: Row, columns: readonly Column[]) {
  // The tags of a row begin with the parent run's, which is no column.
  const next = { ...PLACES }
  return columns.map(({ kind, id }) => {
    const value = row[kind][next[kind]++]
    const text = kind === 'metrics' ? metric(value) : String(value ?? '')
    return (
      <div
        key={id}
        role="gridcell"
        className={kind === 'metrics' ? 'cell number' : 'cell'}
        title={kind === 'metrics' ? String(value ?? '') : text}
      >
        {text}
      </div>
    )
  })
}

type HeadProps = { columns: readonly Column[]; order: string | undefined; setOrder: (order: string | undefined) => void }

function Head({ columns, order, setOrder }: HeadProps) {
  const header = (label: string, expression: string, className: string, title = label) => {
    const direction = order === `${expression} ASC` ? 'ASC' : order === `${expression} DESC` ? 'DESC' : undefined
    const next = direction === 'DESC' ? `${expression} ASC` : direction === 'ASC' ? undefined : `${expression} DESC`
    const sort = direction === 'ASC' ? 'ascending' : direction === 'DESC' ? 'descending' : 'none'
    return (
      <div key={expression} role="columnheader" tabIndex={-1} aria-sort={sort} className={`cell ${className}`}>
        <button type="button" className={direction ? 'sorted' : ''} title={`Sort by ${title}`} onClick={() => setOrder(next)}>
          {label} {direction === 'ASC' ? '↑' : direction === 'DESC' ? '↓' : ''}
        </button>
      </div>
    )
  }
  return (
    <div className="head" role="rowgroup">
      <div role="row" tabIndex={-1} className="head">
        <div role="columnheader" tabIndex={-1} className="cell check">
          <span className="hidden">Selected</span>
        </div>
        {header('Run', 'attributes.run_name', 'name')}
        {header('Started', 'attributes.start_time', '')}
        <div role="columnheader" tabIndex={-1} className="cell number">
          Duration
        </div>
        {columns.map((column) => header(column.name, spelled(column), column.kind === 'metrics' ? 'number' : '', column.id))}
      </div>
    </div>
  )
}

type Keys = {
  rows: readonly { row: Row }[]
  at: number
  setAt: (at: number) => void
  toggle: (id: string) => void
  chosen: ReadonlySet<string>
  experimentId: string
  show: (index: number) => void
}

function useKeys({ rows, at, setAt, toggle, chosen, experimentId, show }: Keys): void {
  const navigate = useNavigate()
  useEffect(() => {
    const walk = (to: number): void => {
      const next = Math.max(0, Math.min(rows.length - 1, to))
      setAt(next)
      show(next)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        (event.target as HTMLElement).closest('input, textarea, select, dialog, a, button')
      )
        return
      const run = rows[at]?.row
      if (event.key === 'j') walk(at + 1)
      else if (event.key === 'k') walk(at - 1)
      else if (event.key === 'x' && run) toggle(run.run_id)
      else if (event.key === 'c' && chosen.size > 1) void navigate({ to: '/compare', search: { runs: [...chosen].join(',') } })
      else if (event.key === 'Enter' && run)
        void navigate({ to: '/experiments/$experimentId/runs/$runId', params: { experimentId, runId: run.run_id } })
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}
