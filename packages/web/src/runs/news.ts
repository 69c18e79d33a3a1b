import type { Series } from '../charts/series.ts'
import type { Row } from './use-runs.ts'

/** New points of one metric of a run, in columns. */
export type NewPoints = { run_id: string; key: string; steps: number[]; timestamps: number[]; values: (number | 'NaN')[] }
/** The state of a run. */
export type ChangedRun = {
  run_id: string
  run_name: string
  status: Row['status']
  start_time: number
  end_time?: number
  deleted: boolean
}
/** Rows with the states and latest values that are told; the same rows where nothing is told of them. */
export function withChanges(
  rows: readonly Row[],
  metrics: readonly string[],
  runs: readonly ChangedRun[],
  points: readonly NewPoints[],
): Row[] {
  const states = new Map(runs.map((run) => [run.run_id, run]))
  return rows.map((row) => {
    const state = states.get(row.run_id)
    const news = points.filter(({ run_id, key }) => run_id === row.run_id && metrics.includes(key))
    if (!state && news.length === 0) return row
    const latest = new Map(news.map(({ key, values }) => [key, values.at(-1)]))
    const { end_time: _, ...begun } = row
    return {
      ...(state ? begun : row),
      ...(state && { run_name: state.run_name, status: state.status }),
      // A run that goes on after all has no end any more.
      ...(state?.end_time !== undefined && { end_time: state.end_time }),
      metrics: row.metrics.map((value, place) => latest.get(metrics[place] ?? '') ?? value),
    } as Row
  })
}

/** Rows as they are now, in the order in which they were; those of which nothing new is known are the same. */
export function withRows(rows: readonly Row[], fresh: readonly Row[]): Row[] {
  const now = new Map(fresh.map((row) => [row.run_id, row]))
  return rows.map((row) => now.get(row.run_id) ?? row)
}

/** Lines with the points that they don't have yet, each in its order. */
export function grown(series: readonly Series[], news: readonly NewPoints[], x: 'step' | 'time'): Series[] {
  const out = new Map(series.map((one) => [one.run_id, one]))
  for (const { run_id, steps, timestamps, values } of news) {
    const line = out.get(run_id) ?? { run_id, steps: [], timestamps: [], values: [], total: 0 }
    const known = new Set(line.steps.map((step, at) => `${step} ${line.timestamps[at]}`))
    const fresh = steps.flatMap((step, at) => {
      const [timestamp, value] = [timestamps[at] as number, values[at] as number]
      return known.has(`${step} ${timestamp}`) ? [] : [{ step, timestamp, value }]
    })
    if (fresh.length === 0) continue
    const all = [
      ...line.steps.map((step, at) => ({ step, timestamp: line.timestamps[at] as number, value: line.values[at] as number })),
      ...fresh,
    ]
    const order = x === 'step' ? 'step' : 'timestamp'
    all.sort((a, b) => a[order] - b[order])
    out.set(run_id, {
      ...line,
      steps: all.map(({ step }) => step),
      timestamps: all.map(({ timestamp }) => timestamp),
      values: all.map(({ value }) => value),
      total: line.total + fresh.length,
    })
  }
  return [...out.values()]
}
