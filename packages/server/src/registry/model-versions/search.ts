import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { FILTER_MAX, ORDER_MAX, ORDERS_MAX, openCursor, parseFilter, parseOrderBy, sealCursor } from '../../tracking/search/index.ts'
import { ModelVersion } from './model-version.ts'
import { selectVersions, VERSION_FILTERS, VERSION_ORDERS, versionTerms } from './search-query.ts'
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
    const cursor = await openCursor(db, purpose, page_token)
    const rows = await selectVersions(db, clauses, terms, visible, cursor, max_results + 1)
    const page = rows.slice(0, max_results)
    const model_versions = await versionsToWire(db, page)
    const last = page.at(-1)
    if (rows.length <= max_results || !last) return { model_versions }
    const after = terms.map((_, at) => last[`t${at}`] ?? null)
    return { model_versions, next_page_token: await sealCursor(db, purpose, after, (cursor.skip ?? 0) + page.length) }
  },
})
