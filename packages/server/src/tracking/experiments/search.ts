import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { ORDER_MAX, ORDERS_MAX, openCursor, parseFilter, parseOrderBy, sealCursor, viewType } from '../search/index.ts'
import { Experiment } from './experiment.ts'
import { experimentsToWire } from './experiment-store.ts'
import { experimentLanguage, experimentTerms, selectExperiments } from './search-query.ts'

const RESULTS_DEFAULT = 1_000
const RESULTS_MAX = 50_000

/** Experiments that a filter finds, page by page; without an order, the newest first. */
export const searchExperiments = read({
  route: 'POST /api/2.0/mlflow/experiments/search',
  also: ['GET /api/2.0/mlflow/experiments/search'],
  summary: 'Search experiments',
  access: { filtered: 'experiments' },
  input: object({
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    page_token: withDefault(string(), ''),
    filter: withDefault(string(), ''),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    view_type: withDefault(viewType, 'ACTIVE_ONLY'),
  }),
  output: object({ experiments: array(Experiment), next_page_token: optional(string()) }),
  async handler(db, { max_results, page_token, filter, order_by, view_type }, { visible }) {
    const clauses = parseFilter(filter, experimentLanguage)
    const terms = experimentTerms(parseOrderBy(order_by, experimentLanguage))
    const purpose = JSON.stringify(['experiments/search 1', filter, order_by, view_type])
    const cursor = await openCursor(db, purpose, page_token)
    const rows = await selectExperiments(db, view_type, clauses, terms, visible, cursor, max_results + 1)
    const page = rows.slice(0, max_results)
    const experiments = await experimentsToWire(db, page)
    const last = page.at(-1)
    if (rows.length <= max_results || !last) return { experiments }
    const after = terms.map((_, at) => last[`t${at}`] ?? null)
    return { experiments, next_page_token: await sealCursor(db, purpose, after, (cursor.skip ?? 0) + page.length) }
  },
})
