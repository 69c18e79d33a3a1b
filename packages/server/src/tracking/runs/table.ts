import { read } from '../../http/endpoint.ts'
import { nullable } from '../../http/free-form.ts'
import { array, boolean, double, enumOf, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { ORDER_MAX, ORDERS_MAX, parseFilter, parseOrderBy, viewType } from '../search/index.ts'
import { RUN_STATUSES, statusName } from './run.ts'
import { runLanguage, runOrder } from './search-language.ts'
import { countRuns, hasFewRuns, pageOfRuns, type RunSearch } from './search-query.ts'
import { latestValues, textValues } from './table-store.ts'

const EXPERIMENTS_MAX = 1_000
const COLUMNS_MAX = 500
const ROWS_MAX = 1_000
const ROWS_DEFAULT = 100
// A page shows the beginning of a long text; all of it is on the run's own page, and in a file that somebody exports.
const TEXT_SHOWN = 250
const TEXT_MAX = 65_536

const columns = withDefault(array(string({ max: 256 }), { max: COLUMNS_MAX }), [])

const Row = object({
  run_id: string(),
  run_name: string(),
  experiment_id: string(),
  user_id: string(),
  status: enumOf(RUN_STATUSES),
  start_time: int64(),
  end_time: optional(int64()),
  deleted: optional(boolean()),
  metrics: array(nullable(double()), { description: 'The latest values, in the order of the columns that were asked for' }),
  params: array(nullable(string())),
  tags: array(nullable(string())),
})

/**
 * Runs as the rows of a table: what `runs/search` finds, with the columns that somebody looks at and no others, and how many there are.
 * A page of 100 runs of 100 metrics is 700 KB from `runs/search`, and 10 KB with the six that fit on a screen.
 */
export const runsTable = read({
  route: 'POST /api/2.0/millrace/runs/table',
  summary: 'Search runs, with chosen columns only',
  access: { filtered: 'experiments' },
  heavy: import.meta.url,
  isLight: async (db, { experiment_ids, max_results, count }, { visible }) =>
    !count && max_results <= ROWS_DEFAULT && hasFewRuns(db, await shownExperiments(db, experiment_ids, visible)),
  input: object({
    experiment_ids: array(string({ max: 256 }), { max: EXPERIMENTS_MAX }),
    filter: withDefault(string(), ''),
    run_view_type: withDefault(viewType, 'ACTIVE_ONLY'),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    max_results: withDefault(int64({ min: 1, max: ROWS_MAX }), ROWS_DEFAULT),
    page_token: withDefault(string(), ''),
    metrics: columns,
    params: columns,
    tags: columns,
    text_max: withDefault(
      int64({ min: 1, max: TEXT_MAX, description: 'How many characters of a param or tag are told; a longer one ends with …' }),
      TEXT_SHOWN,
    ),
    count: withDefault(boolean({ description: 'Whether to say how many runs there are in all' }), false),
  }),
  output: object({ rows: array(Row), next_page_token: optional(string()), total: optional(int64()) }),
  async handler(db, input, { visible }) {
    const { filter, run_view_type, order_by, page_token, max_results } = input
    const search: RunSearch = {
      experiments: await shownExperiments(db, input.experiment_ids, visible),
      view: run_view_type,
      clauses: parseFilter(filter, runLanguage),
      order: runOrder(parseOrderBy(order_by, runLanguage)),
    }
    const purpose = JSON.stringify(['runs/table 1', input.experiment_ids, filter, run_view_type, order_by])
    const { rows: page, ...next } = await pageOfRuns(db, search, { purpose, page_token, count: max_results })
    const inner = page.map(({ id }) => id)
    const metrics = await latestValues(db, inner, input.metrics)
    const params = await textValues(db, 'param', inner, input.params, input.text_max)
    const tags = await textValues(db, 'tag', inner, input.tags, input.text_max)
    const rows = page.map((run, at) => ({
      run_id: run.run_id,
      run_name: run.name,
      experiment_id: String(run.experiment),
      user_id: run.user_id,
      status: statusName(run.status),
      start_time: run.start_ms,
      ...(run.end_ms !== null && { end_time: run.end_ms }),
      ...(run.deleted_ms !== null && { deleted: true }),
      metrics: metrics[at] ?? [],
      params: params[at] ?? [],
      tags: tags[at] ?? [],
    }))
    const total = input.count ? { total: await countRuns(db, search) } : {}
    return { rows, ...total, ...next }
  },
})
