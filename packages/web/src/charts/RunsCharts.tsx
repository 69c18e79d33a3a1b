import { useMemo, useState } from 'react'
import { count } from '../format.ts'
import { Search } from '../parts/Search.tsx'
import type { Row } from '../runs/use-runs.ts'
import type { View } from '../runs/view.ts'
import { colorAt } from './colors.ts'
import { MetricChart } from './MetricChart.tsx'

const RUNS_MAX = 20
const CHARTS_MAX = 12
const LIVE_MS = 2_000

type Props = { runs: readonly Row[]; metrics: readonly string[]; view: View; change: (part: Partial<View>) => void }

/** The metrics of the runs that the filter finds, each in a chart of its own. */
export function RunsCharts({ runs, metrics, view, change }: Props) {
  const [typed, setTyped] = useState('')
  const drawn = useMemo(
    () => runs.slice(0, RUNS_MAX).map(({ run_id, run_name }, place) => ({ run_id, name: run_name || run_id.slice(0, 8), place })),
    [runs],
  )
  const isBusy = runs.slice(0, RUNS_MAX).some(({ status }) => status === 'RUNNING')
  const found = metrics.filter((name) => name.toLowerCase().includes(typed.toLowerCase()))
  if (runs.length === 0) return <p className="faint">There are no runs to draw.</p>
  return (
    <>
      <div className="bar">
        <Search label="Find a metric" placeholder={`Find among ${count(metrics.length, 'metric')}`} value={typed} onChange={setTyped} />
        <label>
          Along{' '}
          <select value={view.x ?? 'step'} onChange={(event) => change({ x: event.target.value === 'time' ? 'time' : undefined })}>
            <option value="step">steps</option>
            <option value="time">time</option>
          </select>
        </label>
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
        {drawn.map(({ run_id, name, place }) => (
          <span key={run_id} className="chip">
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
          <MetricChart
            key={metric}
            metric={metric}
            runs={drawn}
            x={view.x ?? 'step'}
            smooth={view.smooth ?? 0}
            {...(isBusy && { live_ms: LIVE_MS })}
          />
        ))}
      </div>
      {found.length > CHARTS_MAX && <p className="faint">{count(found.length - CHARTS_MAX, 'more metric')}: type a part of a name.</p>}
      {metrics.length === 0 && <p className="faint">These runs have logged no metrics.</p>}
    </>
  )
}
