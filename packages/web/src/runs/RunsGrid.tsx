import { Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { count, duration } from '../format.ts'
import { Loading } from '../parts/Loading.tsx'
import { Status } from '../parts/Status.tsx'
import { Time } from '../parts/Time.tsx'
import { Cells } from './Cells.tsx'
import { Head } from './Head.tsx'
import { type Layout, NAME } from './layout.ts'
import { nested } from './nesting.ts'
import type { Row, Runs } from './use-runs.ts'
import type { Column } from './view.ts'

const ROW_PX = 34
const AHEAD = 12
const INDENT_REM = 1.1

type Props = {
  readonly experimentId: string
  readonly runs: Runs
  readonly columns: readonly Column[]
  readonly layout: Layout
  readonly onResize: (id: string, width: number) => void
  readonly order: string | undefined
  readonly setOrder: (order: string | undefined) => void
  readonly chosen: ReadonlySet<string>
  readonly choose: (chosen: ReadonlySet<string>) => void
  readonly isFiltered: boolean
}

/** The table of runs. Only rows that can be seen exist; `j` and `k` walk, `x` selects, Enter opens, `c` compares what is selected. */
export function RunsGrid({ experimentId, runs, columns, layout, onResize, order, setOrder, chosen, choose, isFiltered }: Props) {
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
    return <p className="faint">{isFiltered ? 'No run is found by this filter.' : 'No run is in the trash.'}</p>
  }
  return (
    <>
      <div ref={scroller} className="grid" role="grid" aria-label="Runs" aria-rowcount={runs.total ?? -1} tabIndex={0}>
        <Head columns={columns} layout={layout} onResize={onResize} order={order} setOrder={setOrder} />
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
                <div
                  role="gridcell"
                  className="cell name"
                  style={{ ...layout.styleOf(NAME), paddingLeft: `${0.75 + depth * INDENT_REM}rem` }}
                >
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
                <Cells row={row} columns={columns} layout={layout} />
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
