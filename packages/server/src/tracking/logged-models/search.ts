import { read } from '../../http/endpoint.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { FILTER_MAX, ORDERS_MAX, pageOf } from '../search/index.ts'
import { LoggedModel } from './logged-model.ts'
import { modelsToWire } from './model-reader.ts'
import { findModels } from './search-query.ts'

const EXPERIMENTS_MAX = 1_000
const DATASETS_MAX = 100
const RESULTS_DEFAULT = 50
/** A page; who asks for more gets the rest by its token. */
const PAGE_MAX = 1_000

const OnDataset = object({ dataset_name: string({ min: 1, max: 500 }), dataset_digest: optional(string({ max: 36 })) })
const OrderBy = object({
  field_name: string({ min: 1, max: 300, description: 'An attribute, or metrics.NAME' }),
  ascending: withDefault(boolean(), true),
  dataset_name: optional(string({ max: 500 })),
  dataset_digest: optional(string({ max: 36 })),
})

export const searchLoggedModels = read({
  route: 'POST /api/2.0/mlflow/logged-models/search',
  summary: 'Search the logged models of experiments',
  access: { filtered: 'experiments' },
  input: object({
    experiment_ids: array(string({ max: 64 }), { min: 1, max: EXPERIMENTS_MAX }),
    filter: withDefault(string({ max: FILTER_MAX }), ''),
    datasets: withDefault(array(OnDataset, { max: DATASETS_MAX }), []),
    max_results: withDefault(int64({ min: 0, description: '0 stands for the default' }), RESULTS_DEFAULT),
    order_by: withDefault(array(OrderBy, { max: ORDERS_MAX }), []),
    page_token: optional(string({ max: 8192 })),
  }),
  output: object({ models: array(LoggedModel), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { experiment_ids, filter, datasets, max_results, order_by, page_token }, { visible }) {
    const experiments = await shownExperiments(db, experiment_ids, visible)
    const purpose = `logged-models/search 1 ${JSON.stringify([experiment_ids, filter, datasets, order_by])}`
    const wanted = { purpose, page_token, count: Math.min(max_results || RESULTS_DEFAULT, PAGE_MAX) }
    const search = { experiments, filter, datasets, order_by }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findModels(db, search, cursor, limit))
    return { models: await modelsToWire(db, rows), ...next }
  },
})
