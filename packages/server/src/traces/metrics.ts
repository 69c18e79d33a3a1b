import { read } from '../http/endpoint.ts'
import { record } from '../http/free-form.ts'
import { array, double, enumOf, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { experimentKey } from '../tracking/experiments/index.ts'
import { queryMetrics } from './metric-query.ts'
import { AGGREGATIONS, MetricAggregation, VIEWS } from './metric-views.ts'

const RESULTS_MAX = 1_000
const NAME_MAX = 250
// Ten years: a bucket of more than that is no bucket.
const INTERVAL_MAX_S = 315_360_000

export const queryTraceMetrics = read({
  route: 'POST /api/3.0/mlflow/traces/metrics',
  summary: 'Count and aggregate traces, their spans or their assessments, by time and by what they have in common',
  access: { permission: 'read', on: ({ experiment_ids }) => experiment_ids.map((experiment) => ({ experiment })) },
  input: object({
    experiment_ids: array(string({ min: 1, max: 256 }), { max: 1_000 }),
    view_type: enumOf(VIEWS),
    metric_name: string({ min: 1, max: NAME_MAX }),
    aggregations: array(MetricAggregation, { min: 1, max: 20 }),
    dimensions: withDefault(array(string({ max: NAME_MAX }), { max: 10 }), []),
    filters: withDefault(array(string({ max: 10_000 }), { max: 100 }), []),
    time_interval_seconds: optional(int64({ min: 0, max: INTERVAL_MAX_S, description: '0 stands for none' })),
    start_time_ms: optional(int64()),
    end_time_ms: optional(int64()),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_MAX),
    page_token: optional(string({ max: 1_000, description: 'Not needed: there is one page' })),
  }),
  output: object({
    data_points: array(
      object({
        metric_name: string(),
        dimensions: record(string()),
        values: record(double({ description: `By aggregation: ${AGGREGATIONS.join(', ')}; percentiles as P99.0` })),
      }),
    ),
  }),
  heavy: import.meta.url,
  handler: async (db, { experiment_ids, ...wanted }) => {
    const experiments = experiment_ids.map(experimentKey).filter((key) => key !== undefined)
    return { data_points: await queryMetrics(db, experiments, wanted) }
  },
})
