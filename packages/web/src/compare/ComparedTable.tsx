import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { Scroll } from '../parts/Scroll.tsx'
import type { Compared, ComparedRun } from './compared.ts'

const ROW_PX = 36
const AHEAD = 8

type Props = {
  readonly runs: readonly ComparedRun[]
  readonly metrics: readonly Compared[]
  readonly params: readonly Compared[]
  readonly all: boolean
}

type Line = { readonly title: string } | (Compared & { readonly kind: 'metrics' | 'params' })

/** What the runs have, a row a name. Of two hundred runs with a hundred metrics only the rows that can be seen exist. */
export function ComparedTable({ runs, metrics, params, all }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const lines = [...linesOf('Metrics', 'metrics', metrics, all), ...linesOf('Parameters', 'params', params, all)]
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD,
  })
  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const behind = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const width = runs.length + 1
  return (
    <Scroll label="Comparison" look="tall compared" place={scroller}>
      <table aria-rowcount={lines.length + 1}>
        <thead>
          <tr>
            <th>Run</th>
            {runs.map(({ info }) => (
              <th key={info.run_id}>
                <Link
                  to="/experiments/$experimentId/runs/$runId"
                  params={{ experimentId: info.experiment_id, runId: info.run_id }}
                  title={info.run_name}
                >
                  {info.run_name}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Space height={before} width={width} />}
          {items.map(({ index }) => {
            const line = lines[index]
            return line && <Row key={'title' in line ? line.title : `${line.kind}.${line.name}`} line={line} all={all} width={width} />
          })}
          {behind > 0 && <Space height={behind} width={width} />}
        </tbody>
      </table>
    </Scroll>
  )
}

function linesOf(title: string, kind: 'metrics' | 'params', rows: readonly Compared[], all: boolean): Line[] {
  const shown = all ? rows : rows.filter(({ differs }) => differs)
  const equal = rows.reduce((sum, { differs }) => sum + Number(!differs), 0)
  return [{ title: equal > 0 && !all ? `${title} (${equal} equal and not shown)` : title }, ...shown.map((row) => ({ ...row, kind }))]
}

/** Stands for the rows that are not there. */
function Space({ height, width }: { height: number; width: number }) {
  return (
    <tr>
      <td colSpan={width} className="space" style={{ height }} />
    </tr>
  )
}

function Row({ line, all, width }: { line: Line; all: boolean; width: number }) {
  if ('title' in line)
    return (
      <tr>
        <th colSpan={width}>{line.title}</th>
      </tr>
    )
  const { name, values, differs, kind } = line
  return (
    <tr className={differs && all ? 'different' : ''}>
      <td title={name}>{name}</td>
      {values.map((value, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the run
        <td key={at} className={kind === 'metrics' ? 'number' : ''} title={value}>
          {value}
        </td>
      ))}
    </tr>
  )
}
