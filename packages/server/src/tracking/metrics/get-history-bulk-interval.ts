import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { findKey } from '../entity-keys.ts'
import { findRuns } from '../runs/run-store.ts'
import { toMetricsOf } from './history-store.ts'
import { MetricWithRunId, metricKey } from './metric.ts'
import { sample } from './sampling.ts'

const RUNS_MAX = 100
const RESULTS_MAX = 2_500

const Step = int64({ min: -(2 ** 31), max: 2 ** 31 - 1 })

/** Points of one metric of several runs, thinned for a chart. */
export const getHistoryBulkInterval = read({
  route: 'GET /api/2.0/mlflow/metrics/get-history-bulk-interval',
  summary: 'Get values of one metric of several runs, thinned evenly',
  access: { filtered: 'experiments' },
  input: object({
    run_ids: array(string({ max: 256 }), { min: 1, max: 10 * RUNS_MAX, description: `${RUNS_MAX} runs at most` }),
    metric_key: metricKey,
    start_step: optional(Step),
    end_step: optional(Step),
    max_results: withDefault(int64({ description: `For each run, about: 1 to ${RESULTS_MAX}` }), RESULTS_MAX),
  }),
  output: object({ metrics: array(MetricWithRunId) }),
  heavy: import.meta.url,
  async handler(db, { run_ids, metric_key, start_step, end_step, max_results }, { visible }) {
    // Checked here and not by the schema: MLflow has these sentences, and its clients' tests match on them.
    if (run_ids.length > RUNS_MAX) {
      throw invalid(`GetMetricHistoryBulkInterval request must specify at most ${RUNS_MAX} run_ids. Received ${run_ids.length} run_ids.`)
    }
    if (max_results < 1 || max_results > RESULTS_MAX) throw invalid(`max_results must be between 1 and ${RESULTS_MAX}.`)
    const { start, end } = stepRange(start_step, end_step)
    const key = await findKey(db, metric_key)
    if (key === undefined) return { metrics: [] }
    // In the order in which they were asked for; runs that are not there have no points.
    const byId = new Map((await findRuns(db, run_ids, visible)).map(({ id, run_id }) => [run_id, id]))
    const runs = [...new Set(run_ids)].flatMap((run_id) => {
      const run = byId.get(run_id)
      return run === undefined ? [] : [{ run_id, run }]
    })
    const samples = await sample(
      db,
      runs.map(({ run }) => ({ run, key, start, end })),
      max_results,
    )
    return { metrics: runs.flatMap(({ run_id }, at) => toMetricsOf(run_id, metric_key, samples[at] ?? [])) }
  },
})

function stepRange(start: number | undefined, end: number | undefined): { start: number; end: number } {
  if ((start === undefined) !== (end === undefined)) {
    throw invalid('If either start step or end step are specified, both must be specified.')
  }
  if (start === undefined || end === undefined) return { start: Number.MIN_SAFE_INTEGER, end: Number.MAX_SAFE_INTEGER }
  if (start > end) throw invalid(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`)
  return { start, end }
}
