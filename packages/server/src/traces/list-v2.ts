import { read } from '../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { FILTER_MAX, ORDER_MAX, ORDERS_MAX } from '../tracking/search/index.ts'
import { RESULTS_DEFAULT, RESULTS_MAX, searchPage } from './search-page.ts'
import { TraceInfoV2, toV2 } from './trace.ts'

export const listTracesV2 = read({
  route: 'GET /api/2.0/mlflow/traces',
  summary: 'Search the traces of experiments, as clients before version 3 do',
  access: { filtered: 'experiments' },
  input: object({
    experiment_ids: array(string({ min: 1, max: 256 }), { min: 1, max: 1_000 }),
    filter: withDefault(string({ max: FILTER_MAX }), ''),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: withDefault(string({ max: 8192 }), ''),
  }),
  output: object({ traces: array(TraceInfoV2), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, input, { visible }) {
    const page = await searchPage(db, input, visible)
    return { ...page, traces: page.traces.map(toV2) }
  },
})
