import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { FILTER_MAX, ORDER_MAX, ORDERS_MAX, pageOf, parseFilter, parseOrderBy } from '../../tracking/search/index.ts'
import { registeredToWires } from './model-reader.ts'
import { RegisteredModel } from './registered-model.ts'
import { findModels, MODEL_FILTERS, MODEL_ORDERS, modelTerms } from './search-query.ts'

const RESULTS_DEFAULT = 100
const RESULTS_MAX = 1_000

/** Models that a filter finds, page by page, by name if no order is given. Prompts only when the filter asks for them. */
export const searchRegisteredModels = read({
  route: 'GET /api/2.0/mlflow/registered-models/search',
  summary: 'Search registered models, or prompts if the filter asks for them',
  access: { filtered: 'registered_models' },
  input: object({
    filter: withDefault(string({ max: FILTER_MAX }), ''),
    max_results: withDefault(int64({ min: 0, max: RESULTS_MAX, description: '0 asks for none' }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: optional(string({ max: 8192 })),
  }),
  output: object({ registered_models: array(RegisteredModel), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { filter, max_results, order_by, page_token }, { visible }) {
    const clauses = parseFilter(filter, MODEL_FILTERS)
    const terms = modelTerms(parseOrderBy(order_by, MODEL_ORDERS))
    // Only here MLflow takes 0 at its word.
    if (max_results === 0) return { registered_models: [] }
    const purpose = JSON.stringify(['registered-models/search 1', filter, order_by])
    const wanted = { purpose, page_token, count: max_results }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findModels(db, { clauses, terms, visible }, cursor, limit))
    return { registered_models: await registeredToWires(db, rows), ...next }
  },
})
