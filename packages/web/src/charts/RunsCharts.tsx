import { useMemo, useState } from 'react'
import { count } from '../format.ts'
import { Choice } from '../parts/Choice.tsx'
import { Search } from '../parts/Search.tsx'
import { GroupBy } from '../runs/GroupBy.tsx'
import { type Row, valueIn } from '../runs/use-runs.ts'
import type { Column, Names, View } from '../runs/view.ts'
import { colorAt } from './colors.ts'
import { MetricChart } from './MetricChart.tsx'
import { ShapeChart } from './ShapeChart.tsx'

const RUNS_MAX = 50
const CHARTS_MAX = 12
const ALONG = { step: 'steps', logstep: 'steps, logarithmic', time: 'time', relative: 'time since the start' } as const
const SHAPES = { lines: 'Lines', scatter: 'Scatter', bar: 'Bars', parallel: 'Parallel coordinates', contour: 'Contour' } as const

type Props = {
  experimentId: string
  runs: readonly Row[]
  columns: readonly Column[]
  names: Names | undefined
  view: View
  change: (part: Partial<View>) => void
}

/** The metrics of the runs that the filter finds, each in a chart of its own; or what the runs have, against each other. */
export function RunsCharts({ experimentId, runs, columns, names, view, change }: Props) {
  const shape = view.shape ?? 'lines'
  if (runs.length === 0) return <p className="faint">There are no runs to draw.</p>
  return (
    <>
      <div className="bar">
        <Choice
          legend="Kind of chart"
          options={SHAPES}
          value={shape}
          onChange={(one) => change({ shape: one === 'lines' ? undefined : one })}
        />
      </div>
      {shape === 'lines' ? (
        <Lines runs={runs} columns={columns} names={names} view={view} change={change} />
      ) : (
        <ShapeChart experimentId={experimentId} shape={shape} names={names} view={view} change={change} />
      )}
    </>
  )
}

function Lines({ runs, columns, names, view, change }: Omit<Props, 'experimentId'>) {
  const [typed, setTyped] = useState('')
  const { group } = view
  // The rows are new objects at each answer: charts are drawn anew only when what is drawn of them is another.
  const known = JSON.stringify(
    runs.slice(0, RUNS_MAX).map((row, place) => ({
      run_id: row.run_id,
      name: row.run_name || row.run_id.slice(0, 8),
      place,
      ...(group !== undefined && { group: String(valueIn(row, columns, group) ?? 'none') }),
    })),
  )
  const drawn = useMemo(() => JSON.parse(known) as { run_id: string; name: string; place: number; group?: string }[], [known])
  const metrics = names?.metrics ?? []
  const found = metrics.filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
  const legend = group === undefined ? drawn.map(({ name }) => name) : [...new Set(drawn.map((one) => one.group ?? ''))]
  return (
    <>
      <div className="bar">
        <Search label="Find a metric" placeholder={`Find among ${count(metrics.length, 'metric')}`} value={typed} onChange={setTyped} />
        <label>
          Along{' '}
          <select
            value={view.x ?? 'step'}
            onChange={({ target: { value } }) => change({ x: value === 'step' ? undefined : (value as View['x']) })}
          >
            {Object.entries(ALONG).map(([x, label]) => (
              <option key={x} value={x}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <GroupBy names={names} group={group} change={change} />
        <label className="check-line">
          Smoothing{' '}
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            value={view.smooth ?? 0}
            onChange={(event) => change({ smooth: Number(event.target.value) || undefined })}
          />
        </label>
      </div>
      <div className="legend chips">
        {legend.map((name, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two runs may have one name
          <span key={place} className="chip">
            <svg width="10" height="10" aria-hidden="true">
              <circle cx="5" cy="5" r="4" fill={colorAt(place)} />
            </svg>{' '}
            {name}
          </span>
        ))}
        {runs.length > RUNS_MAX && <span className="faint">the first {RUNS_MAX}: filter or sort for others</span>}
      </div>
      <div className="charts">
        {found.slice(0, CHARTS_MAX).map((metric) => (
          <MetricChart key={metric} metric={metric} runs={drawn} x={view.x ?? 'step'} smooth={view.smooth ?? 0} />
        ))}
      </div>
      {found.length > CHARTS_MAX && <p className="faint">{count(found.length - CHARTS_MAX, 'more metric')}: type a part of a name.</p>}
      {metrics.length === 0 && <p className="faint">These runs have logged no metrics.</p>}
    </>
  )
}
