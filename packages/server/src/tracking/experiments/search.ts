import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { ORDER_MAX, ORDERS_MAX, pageOf, parseFilter, parseOrderBy, viewType } from '../search/index.ts'
import { Experiment } from './experiment.ts'
import { experimentsToWire } from './experiment-store.ts'
import { experimentLanguage, experimentTerms, findExperiments } from './search-query.ts'

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
    const wanted = { purpose, page_token, count: max_results }
    const search = { view: view_type, clauses, terms, visible }
    const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findExperiments(db, search, cursor, limit))
    return { experiments: await experimentsToWire(db, rows), ...next }
  },
})
