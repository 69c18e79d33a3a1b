import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { FILTER_MAX, ORDER_MAX, ORDERS_MAX, pageOf, parseFilter, parseOrderBy } from '../../tracking/search/index.ts'
import { ModelVersion } from './model-version.ts'
import { findVersions, VERSION_FILTERS, VERSION_ORDERS, versionTerms } from './search-query.ts'
import { versionsToWire } from './version-reader.ts'

const RESULTS_DEFAULT = 10_000
const RESULTS_MAX = 200_000

/** Versions that a filter finds, page by page; those that changed last come first. Prompts only when the filter asks for them. */
export const searchModelVersions = read({
  route: 'GET /api/2.0/mlflow/model-versions/search',
  summary: 'Search model versions',
  access: { filtered: 'registered_models' },
  input: object({
    filter: withDefault(string({ max: FILTER_MAX }), ''),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: optional(string({ max: 8192 })),
  }),
  output: object({ model_versions: array(ModelVersion), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { filter, max_results, order_by, page_token }, { visible }) {
    const clauses = parseFilter(filter, VERSION_FILTERS)
    const terms = versionTerms(parseOrderBy(order_by, VERSION_ORDERS))
    const purpose = JSON.stringify(['model-versions/search 1', filter, order_by])
    const wanted = { purpose, page_token, count: max_results }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findVersions(db, { clauses, terms, visible }, cursor, limit))
    return { model_versions: await versionsToWire(db, rows), ...next }
  },
})
