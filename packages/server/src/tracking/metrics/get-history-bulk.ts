import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { findRuns } from '../runs/run-store.ts'
import { pointsOf, toMetricsOf } from './history-store.ts'
import { MetricWithRunId } from './metric.ts'

const RUNS_MAX = 100
const RESULTS_MAX = 25_000

/** All points of one metric of several runs: by run id, then time, then step, then value. Runs that are not there have none. */
export const getHistoryBulk = read({
  route: 'GET /api/2.0/mlflow/metrics/get-history-bulk',
  summary: 'Get all values of one metric of several runs',
  access: { filtered: 'experiments' },
  input: object({
    run_id: withDefault(array(string({ max: 256 }), { max: 10 * RUNS_MAX, description: `${RUNS_MAX} runs at most` }), []),
    metric_key: optional(string()),
    max_results: withDefault(int64({ min: 0, description: `${RESULTS_MAX} at most` }), RESULTS_MAX),
  }),
  output: object({ metrics: array(MetricWithRunId) }),
  heavy: import.meta.url,
  async handler(db, { run_id: run_ids, metric_key, max_results }, { visible }) {
    // Checked here and not by the schema: MLflow has these sentences, and its clients' tests match on them.
    if (run_ids.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.')
    if (run_ids.length > RUNS_MAX) {
      throw invalid(`GetMetricHistoryBulk request cannot specify more than ${RUNS_MAX} run_ids. Received ${run_ids.length} run_ids.`)
    }
    if (metric_key === undefined) throw invalid('GetMetricHistoryBulk request must specify a metric_key.')
    const key = await findKey(db, metric_key)
    const metrics: MetricWithRunId[] = []
    if (key === undefined) return { metrics }
    let left = Math.min(max_results, RESULTS_MAX)
    for (const { id, run_id } of await findRuns(db, run_ids, visible)) {
      if (left <= 0) break
      const points = await pointsOf(db, id, key, left)
      left -= points.length
      metrics.push(...toMetricsOf(run_id, metric_key, points))
    }
    return { metrics }
  },
})
