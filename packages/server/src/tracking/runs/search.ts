import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { ORDER_MAX, ORDERS_MAX, openCursor, parseFilter, parseOrderBy, sealCursor, viewType } from '../search/index.ts'
import { Run } from './run.ts'
import { runsToWire } from './run-reader.ts'
import { runLanguage, runOrder } from './search-language.ts'
import { experimentsOf, hasFewRuns, type RunSearch, selectRuns } from './search-query.ts'

const EXPERIMENTS_MAX = 10_000
const RESULTS_DEFAULT = 1_000
const RESULTS_MAX = 50_000
const LIGHT_RESULTS_MAX = 100

/** Runs of some experiments that a filter finds, page by page; without an order, those that started last come first. */
export const searchRuns = read({
  route: 'POST /api/2.0/mlflow/runs/search',
  summary: 'Search runs',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  isLight: async (db, { experiment_ids, max_results }, { visible }) =>
    max_results <= LIGHT_RESULTS_MAX && hasFewRuns(db, await experimentsOf(db, experiment_ids, visible)),
  input: object({
    experiment_ids: withDefault(array(string({ max: 256 }), { max: EXPERIMENTS_MAX }), []),
    filter: withDefault(string(), ''),
    run_view_type: withDefault(viewType, 'ACTIVE_ONLY'),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: withDefault(string(), ''),
  }),
  output: object({ runs: array(Run), next_page_token: optional(string()) }),
  async handler(db, { experiment_ids, filter, run_view_type, max_results, order_by, page_token }, { visible }) {
    const search: RunSearch = {
      experiments: await experimentsOf(db, experiment_ids, visible),
      view: run_view_type,
      clauses: parseFilter(filter, runLanguage),
      order: runOrder(parseOrderBy(order_by, runLanguage)),
    }
    const purpose = JSON.stringify(['runs/search 1', experiment_ids, filter, run_view_type, order_by])
    const cursor = await openCursor(db, purpose, page_token)
    const found = await selectRuns(db, search, cursor, max_results + 1)
    const page = found.slice(0, max_results)
    const runs = await runsToWire(db, page)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { runs }
    const after = search.order.terms.map((_, at) => last[`t${at}`] ?? null)
    return { runs, next_page_token: await sealCursor(db, purpose, after, (cursor.skip ?? 0) + page.length) }
  },
})
