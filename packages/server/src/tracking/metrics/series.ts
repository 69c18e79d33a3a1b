import { read } from '../../http/endpoint.ts'
import { array, double, enumOf, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { findRuns } from '../runs/run-store.ts'
import { rangeOf, type StoredPoint } from './history-store.ts'
import { largestTriangles } from './largest-triangles.ts'
import { metricKey } from './metric.ts'

const RUNS_MAX = 200
const POINTS_MAX = 2_000
const POINTS_DEFAULT = 500

const Series = object({
  run_id: string(),
  steps: array(int64()),
  timestamps: array(int64()),
  values: array(double()),
  total: int64({ description: 'How many points there are in the range, before the thinning' }),
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
    const at = x === 'step' ? 1 : 0
    const series = []
    for (const { id, run_id } of runs) {
      const found = await rangeOf(db, id, key as number, x, start ?? Number.MIN_SAFE_INTEGER, end ?? Number.MAX_SAFE_INTEGER)
      if (found.length === 0) continue
      const kept = largestTriangles(found, points, (point) => point[at], numberOf)
      series.push({
        run_id,
        steps: kept.map(([, step]) => step),
        timestamps: kept.map(([ts]) => ts),
        values: kept.map(numberOf),
        total: found.length,
      })
    }
    return { series }
  },
})

const numberOf = ([, , value, nan]: StoredPoint): number => (nan === 1 ? Number.NaN : value)
