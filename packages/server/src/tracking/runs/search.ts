import { read } from '../../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { ORDER_MAX, ORDERS_MAX, parseFilter, parseOrderBy, viewType } from '../search/index.ts'
import { Run } from './run.ts'
import { runsToWire } from './run-reader.ts'
import { runLanguage, runOrder } from './search-language.ts'
import { hasFewRuns, pageOfRuns, type RunSearch } from './search-query.ts'

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
    max_results <= LIGHT_RESULTS_MAX && hasFewRuns(db, await shownExperiments(db, experiment_ids, visible)),
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
      experiments: await shownExperiments(db, experiment_ids, visible),
      view: run_view_type,
      clauses: parseFilter(filter, runLanguage),
      order: runOrder(parseOrderBy(order_by, runLanguage)),
    }
    const purpose = JSON.stringify(['runs/search 1', experiment_ids, filter, run_view_type, order_by])
    const { rows, ...next } = await pageOfRuns(db, search, { purpose, page_token, count: max_results })
    return { runs: await runsToWire(db, rows), ...next }
  },
})
