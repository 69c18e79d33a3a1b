import type { Reader } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, int64, object, optional, string } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { RunId } from '../runs/run.ts'
import { findRun } from '../runs/run-store.ts'
import { pointsOf, type StoredPoint, toMetrics } from './history-store.ts'
import { Metric, metricKey } from './metric.ts'

const AT_ONCE_MAX = 1_000_000

const Input = object({
  run_id: RunId,
  metric_key: metricKey,
  max_results: optional(int64({ min: 1, max: AT_ONCE_MAX, description: 'The page size; all points at once, when left out' })),
  page_token: optional(string({ max: 8_192 })),
})

/** All points of one metric of a run, by time, then step, then value; in pages when `max_results` is given. */
export const getHistory = read({
  route: 'GET /api/2.0/mlflow/metrics/get-history',
  summary: 'Get all values of one metric of a run',
  access: { permission: 'read', on: ({ run_id }) => ({ run: run_id }) },
  input: Input,
  output: object({ metrics: array(Metric), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { run_id, metric_key, max_results, page_token }) {
    const purpose = JSON.stringify(['metrics/get-history 1', run_id, metric_key])
    const after = page_token ? await placeIn(db, purpose, page_token) : undefined
    const run = await findRun(db, run_id)
    const key = await findKey(db, metric_key)
    if (key === undefined) return { metrics: [] }
    const limit = max_results ?? AT_ONCE_MAX
    const points = await pointsOf(db, run.id, key, limit + 1, after)
    if (points.length <= limit) return { metrics: toMetrics(metric_key, points) }
    if (max_results === undefined) throw tooMany(metric_key)
    points.pop()
    return { metrics: toMetrics(metric_key, points), next_page_token: await tokenFor(db, purpose, points.at(-1) as StoredPoint) }
  },
})

const tooMany = (metric_key: string): Error =>
  invalid(`The metric '${metric_key}' has more than ${AT_ONCE_MAX} values: ask for pages, with max_results and page_token.`)

type Place = [ts: number, step: number, value: string, nan: number]

// The value as text: an infinity isn't JSON.
function tokenFor(db: Reader, purpose: string, [ts, step, value, nan]: StoredPoint): Promise<string> {
  return sealPage(db, purpose, [ts, step, String(value), nan] satisfies Place)
}

async function placeIn(db: Reader, purpose: string, token: string): Promise<StoredPoint> {
  const [ts, step, value, nan] = await openPage<Place>(db, purpose, token)
  return [ts, step, Number(value), nan]
}
