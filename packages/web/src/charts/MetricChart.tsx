import { useMemo, useRef, useState } from 'react'
import { useApi } from '../api.ts'
import { saveAs } from '../parts/save.ts'
import { colorAt } from './colors.ts'
import { type Line, LineChart } from './LineChart.tsx'
import { savePicture } from './picture.ts'
import { smoothed } from './smoothing.ts'

export type Drawn = { readonly run_id: string; readonly name: string; readonly place: number }

type Props = {
  readonly metric: string
  readonly runs: readonly Drawn[]
  readonly x?: 'step' | 'time'
  readonly smooth?: number
  readonly height?: number
  /** How often new points are asked for, in milliseconds; not at all without it. */
  readonly live_ms?: number
}

const SERIES = 'POST /api/2.0/millrace/metrics/series'

/** One metric of some runs: thinned by the server to what can be seen, and asked for anew for a zoom. */
export function MetricChart({ metric, runs, x = 'step', smooth = 0, height, live_ms }: Props) {
  const [range, setRange] = useState<readonly [number, number]>()
  const section = useRef<HTMLElement>(null)
  const [log, setLog] = useState(false)
  const scale = x === 'time' ? 1_000 : 1
  const found = useApi(
    SERIES,
    {
      run_ids: runs.map(({ run_id }) => run_id),
      metric_key: metric,
      x,
      ...(range && { start: Math.floor(range[0] * scale), end: Math.ceil(range[1] * scale) }),
    },
    { enabled: runs.length > 0, keep: true, ...(live_ms !== undefined && { refetch_ms: live_ms }) },
  )
  const lines = useMemo<readonly Line[]>(() => {
    const known = new Map(runs.map((run) => [run.run_id, run]))
    return (found.data?.series ?? []).flatMap(({ run_id, steps, timestamps, values }) => {
      const run = known.get(run_id)
      if (!run) return []
      const y = values.map((value) => (typeof value === 'number' && Number.isFinite(value) && !(log && value <= 0) ? value : null))
      const along = x === 'step' ? steps : timestamps.map((at) => at / 1_000)
      return [{ name: run.name, color: colorAt(run.place), x: along, y: smooth > 0 ? smoothed(y, smooth) : y }]
    })
  }, [found.data, runs, x, smooth, log])
  const total = (found.data?.series ?? []).reduce((sum, one) => sum + one.total, 0)
  const drawn = (found.data?.series ?? []).reduce((sum, one) => sum + one.values.length, 0)
  const oneIn = found.data?.series.find(({ one_in }) => one_in !== undefined)?.one_in
  const csv = (): void => {
    const rows = (found.data?.series ?? []).flatMap(({ run_id, steps, timestamps, values }) =>
      values.map((value, at) => `${run_id},${steps[at]},${timestamps[at]},${value}`),
    )
    saveAs(`${metric.replaceAll('/', '-')}.csv`, 'text/csv', ['run_id,step,timestamp_ms,value', ...rows, ''].join('\r\n'))
  }
  return (
    <section className="chart" ref={section}>
      <header>
        <h2 title={metric}>{metric}</h2>
        <span>
          <button type="button" className="quiet" aria-pressed={log} onClick={() => setLog(!log)}>
            {log ? 'log' : 'linear'}
          </button>
          <button type="button" className="quiet" onClick={csv} aria-label={`Download ${metric} as CSV`}>
            CSV
          </button>
          <button
            type="button"
            className="quiet"
            onClick={() => section.current && savePicture(metric, section.current, lines)}
            aria-label={`Download ${metric} as PNG`}
          >
            PNG
          </button>
          {range && (
            <button type="button" className="quiet" onClick={() => setRange(undefined)}>
              Whole
            </button>
          )}
        </span>
      </header>
      {found.data && lines.length === 0 ? (
        <p className="faint">None of these runs has logged it.</p>
      ) : (
        <LineChart
          lines={lines}
          x={x}
          log={log}
          onZoom={setRange}
          label={`${metric} by ${x}, of ${lines.length} runs`}
          {...(height !== undefined && { height })}
        />
      )}
      {drawn < total && (
        <p className="faint note">
          {drawn.toLocaleString('en-GB')} of {total.toLocaleString('en-GB')} points are drawn
          {oneIn !== undefined && `, from a sample of one in ${oneIn} with the lowest and the highest`}. Drag to zoom in.
        </p>
      )}
    </section>
  )
}
