import type { Reader } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { array, double, enumOf, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { findRuns } from '../runs/run-store.ts'
import type { StoredPoint } from './history-store.ts'
import { largestTriangles } from './largest-triangles.ts'
import { metricKey } from './metric.ts'
import { isLonger, measure, outlineOf, type Stretch, sampleOf, stretchOf } from './stretch-store.ts'

const RUNS_MAX = 200
const POINTS_MAX = 2_000
const POINTS_DEFAULT = 500
// To read five million points takes seconds of a thread, and a screen shows thousands: above this, the database says what is seen of them.
const READ_MAX = 100_000

const Series = object({
  run_id: string(),
  steps: array(int64()),
  timestamps: array(int64()),
  values: array(double()),
  total: int64({ description: 'How many points there are in the range, before the thinning' }),
  one_in: optional(int64({ description: 'There were so many points that only about one in so many was looked at, and the extremes' })),
})

/**
 * One metric of many runs, as lines to draw: each thinned to the points that keep its shape (largest-triangle-three-buckets, Steinarsson
 * 2013), in columns. A zoom asks again, with its range.
 */
export const metricSeries = read({
  route: 'POST /api/2.0/millrace/metrics/series',
  summary: 'Get lines to draw: one metric of many runs, thinned to what can be seen',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  input: object({
    run_ids: array(string({ max: 256 }), { min: 1, max: RUNS_MAX }),
    metric_key: metricKey,
    x: withDefault(enumOf(['step', 'time']), 'step'),
    start: optional(int64({ description: 'The first step or time (milliseconds since 1970) that is wanted' })),
    end: optional(int64({ description: 'The last step or time that is wanted' })),
    points: withDefault(int64({ min: 3, max: POINTS_MAX }), POINTS_DEFAULT),
  }),
  output: object({ series: array(Series) }),
  async handler(db, { run_ids, metric_key, x, start, end, points }, { visible }) {
    const key = await findKey(db, metric_key)
    const runs = key === undefined ? [] : await findRuns(db, [...new Set(run_ids)], visible)
    const whole = { key: key ?? 0, x, start: start ?? Number.MIN_SAFE_INTEGER, end: end ?? Number.MAX_SAFE_INTEGER }
    return { series: await linesOf(db, runs, whole, points, READ_MAX) }
  },
})

/** A stretch of a metric of each run that has any of it, thinned to `points`; about `read_max` points are read in all. */
export async function linesOf(
  db: Reader,
  runs: readonly { id: number; run_id: string }[],
  whole: Omit<Stretch, 'run'>,
  points: number,
  read_max: number,
) {
  const at = whole.x === 'step' ? 1 : 0
  const lines = []
  for (const { id, run_id } of runs) {
    const { found, total, one_in } = await pointsToDraw(db, { ...whole, run: id }, points, Math.ceil(read_max / runs.length))
    if (total === 0) continue
    const kept = largestTriangles(found, points, (point) => point[at], numberOf)
    const columns = { steps: kept.map(([, step]) => step), timestamps: kept.map(([ts]) => ts), values: kept.map(numberOf) }
    lines.push({ run_id, ...columns, total, ...(one_in !== undefined && { one_in }) })
  }
  return lines
}

type ToDraw = { found: StoredPoint[]; total: number; one_in?: number }

/** A short stretch as it is; a long one by its outline, or by a sample where it has none. */
async function pointsToDraw(db: Reader, stretch: Stretch, points: number, read_max: number): Promise<ToDraw> {
  if (await isLonger(db, stretch, read_max)) {
    // Two points of each piece, and the two ends.
    const outline = await outlineOf(db, stretch, Math.max(1, Math.floor(points / 2) - 1))
    if (outline) return { found: outline.points, total: outline.total }
    const size = await measure(db, stretch)
    const one_in = Math.ceil(size.points / read_max)
    if (size.low < size.high) return { found: await sampleOf(db, stretch, one_in, size), total: size.points, one_in }
  }
  const found = await stretchOf(db, stretch)
  return { found, total: found.length }
}

const numberOf = ([, , value, nan]: StoredPoint): number => (nan === 1 ? Number.NaN : value)
