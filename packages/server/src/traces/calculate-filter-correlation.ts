import { read } from '../http/endpoint.ts'
import { array, double, int64, object, optional, string } from '../http/schema.ts'
import { shownExperiments } from '../tracking/experiments/index.ts'
import { FILTER_MAX } from '../tracking/search/index.ts'
import { correlation } from './correlation.ts'
import { countTraces } from './search-query.ts'

export const calculateTraceFilterCorrelation = read({
  route: 'POST /api/3.0/mlflow/traces/calculate-filter-correlation',
  summary: 'Say how much the traces of one filter are those of another',
  access: { filtered: 'experiments' },
  input: object({
    experiment_ids: array(string({ min: 1, max: 256 }), { max: 1_000 }),
    filter_string1: string({ max: FILTER_MAX }),
    filter_string2: string({ max: FILTER_MAX }),
    base_filter: optional(string({ max: FILTER_MAX })),
  }),
  output: object({
    npmi: double({ description: 'Normalized pointwise mutual information: -1 never together, 0 independent, 1 always together' }),
    npmi_smoothed: optional(double()),
    filter1_count: int64(),
    filter2_count: int64(),
    joint_count: int64(),
    total_count: int64(),
  }),
  heavy: import.meta.url,
  async handler(db, { experiment_ids, filter_string1, filter_string2, base_filter = '' }, { visible }) {
    const experiments = await shownExperiments(db, experiment_ids, visible)
    const [total = 0, first = 0, second = 0, joint = 0] = await countTraces(db, experiments, [
      [base_filter],
      [base_filter, filter_string1],
      [base_filter, filter_string2],
      [base_filter, filter_string1, filter_string2],
    ])
    const counts = { filter1_count: first, filter2_count: second, joint_count: joint, total_count: total }
    return { ...correlation(joint, first, second, total), ...counts }
  },
})
