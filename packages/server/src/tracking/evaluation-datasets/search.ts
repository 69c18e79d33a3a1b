import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { experimentKey } from '../experiments/index.ts'
import { ORDER_MAX, ORDERS_MAX, pageOf } from '../search/index.ts'
import { datasetsToWire } from './dataset-store.ts'
import { EvaluationDataset } from './evaluation-dataset.ts'
import { findDatasets } from './search-query.ts'

const RESULTS_DEFAULT = 1_000
const RESULTS_MAX = 50_000

export const searchEvaluationDatasets = read({
  route: 'POST /api/3.0/mlflow/datasets/search',
  also: ['GET /api/3.0/mlflow/datasets/search'],
  summary: 'Search evaluation datasets',
  access: { filtered: 'evaluation_datasets' },
  input: object({
    experiment_ids: withDefault(array(string({ max: 64 }), { max: 1_000 }), []),
    filter_string: withDefault(string(), ''),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: withDefault(string(), ''),
  }),
  output: object({ datasets: array(EvaluationDataset), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { experiment_ids, filter_string, max_results, order_by, page_token }, { visible, caller }) {
    const keys = experiment_ids.map(experimentKey).filter((key) => key !== undefined)
    const experiments = experiment_ids.length === 0 ? undefined : keys
    const purpose = JSON.stringify(['datasets/search 1', experiment_ids, filter_string, order_by])
    const wanted = { purpose, page_token, count: max_results }
    const search = { experiments, visible, maker: caller.user_id, filter: filter_string, order_by }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findDatasets(db, search, cursor, limit))
    return { datasets: await datasetsToWire(db, rows, visible), ...next }
  },
})
