import { useMemo, useRef, useState } from 'react'
import { saveAs } from '../parts/save.ts'
import { colorAt } from './colors.ts'
import { grouped } from './group.ts'
import { type Along, type Line, LineChart } from './LineChart.tsx'
import type { Saver } from './plot/Plot.tsx'
import { type Series, useSeries } from './series.ts'
import { smoothed } from './smoothing.ts'

export type Drawn = { readonly run_id: string; readonly name: string; readonly place: number; readonly group?: string }

type Props = {
  readonly metric: string
  readonly runs: readonly Drawn[]
  readonly x?: Along
  readonly smooth?: number
  readonly height?: number
}

/** One metric of some runs: thinned by the server to what can be seen, and asked for anew for a zoom. */
export function MetricChart({ metric, runs, x = 'step', smooth = 0, height }: Props) {
  const [range, setRange] = useState<readonly [number, number]>()
  const saver = useRef<Saver>(null)
  const [log, setLog] = useState(false)
  const ids = useMemo(() => runs.map(({ run_id }) => run_id), [runs])
  // Since each run's own start is another time for each: such a stretch is cut from what is there.
  const { series, isComplete } = useSeries(
    metric,
    ids,
    x === 'step' || x === 'logstep' ? 'step' : 'time',
    x === 'relative' ? undefined : range,
  )
  const lines = useMemo(() => linesOf(series, runs, x, smooth, log, range), [series, runs, x, smooth, log, range])
  const total = series.reduce((sum, one) => sum + one.total, 0)
  const drawn = series.reduce((sum, one) => sum + one.values.length, 0)
  const oneIn = series.find(({ one_in }) => one_in !== undefined)?.one_in
  const save = (as: 'png' | 'svg'): void => saver.current?.save(metric, as, lines)
  return (
    <section className="chart">
      <header>
        <h2 title={metric}>{metric}</h2>
        <span>
          {range && (
            <button type="button" className="quiet" onClick={() => setRange(undefined)}>
              Whole
            </button>
          )}
          <button type="button" className="quiet" aria-pressed={log} onClick={() => setLog(!log)}>
            {log ? 'log' : 'linear'}
          </button>
          <button type="button" className="quiet" onClick={() => saveCsv(metric, series)} aria-label={`CSV of ${metric}`}>
            CSV
          </button>
          <button type="button" className="quiet" onClick={() => save('svg')} aria-label={`SVG of ${metric}`}>
            SVG
          </button>
          <button type="button" className="quiet" onClick={() => save('png')} aria-label={`PNG of ${metric}`}>
            PNG
          </button>
        </span>
      </header>
      {isComplete && lines.length === 0 ? (
        <p className="faint">None of these runs has logged it.</p>
      ) : (
        <LineChart
          lines={lines}
          x={x}
          log={log}
          range={range}
          onZoom={setRange}
          saver={saver}
          label={`${metric} by ${x}, of ${lines.length} runs`}
          {...(height !== undefined && { height })}
        />
      )}
      {isComplete && drawn < total && (
        <p className="faint note">
          {drawn.toLocaleString('en-GB')} of {total.toLocaleString('en-GB')} points are drawn
          {oneIn !== undefined && `, from a sample of one in ${oneIn} with the lowest and the highest`}. Drag to zoom in.
        </p>
      )}
    </section>
  )
}

function linesOf(
  series: readonly Series[],
  runs: readonly Drawn[],
  x: Along,
  smooth: number,
  log: boolean,
  range: readonly [number, number] | undefined,
): Line[] {
  const known = new Map(runs.map((run) => [run.run_id, run]))
  const lines = series.flatMap(({ run_id, steps, timestamps, values }) => {
    const run = known.get(run_id)
    if (!run) return []
    const first = timestamps[0] ?? 0
    const along = x === 'time' ? timestamps : x === 'relative' ? timestamps.map((at) => at - first) : steps
    const y = values.map((value) => (typeof value === 'number' && Number.isFinite(value) && !(log && value <= 0) ? value : null))
    const seen = along.flatMap((at, place) => ((range && (at < range[0] || at > range[1])) || (x === 'logstep' && at < 1) ? [] : [place]))
    const all = { x: seen.map((place) => along[place] as number), y: seen.map((place) => y[place] ?? null) }
    const shown = { x: all.x, y: smooth > 0 ? smoothed(all.y, smooth) : all.y }
    return [{ name: run.name, color: colorAt(run.place), group: run.group ?? '', ...shown }]
  })
  return runs.some(({ group }) => group !== undefined) ? grouped(lines, colorAt) : lines
}

function saveCsv(metric: string, series: readonly Series[]): void {
  const rows = series.flatMap(({ run_id, steps, timestamps, values }) =>
    values.map((value, at) => `${run_id},${steps[at]},${timestamps[at]},${value}`),
  )
  saveAs(`${metric.replaceAll('/', '-')}.csv`, 'text/csv', ['run_id,step,timestamp_ms,value', ...rows, ''].join('\r\n'))
}
