import { read } from '../http/endpoint.ts'
import { array, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { FILTER_MAX, ORDER_MAX, ORDERS_MAX } from '../tracking/search/index.ts'
import { RESULTS_DEFAULT, RESULTS_MAX, searchPage } from './search-page.ts'
import { TraceInfo, TraceLocation } from './trace.ts'

export const searchTraces = read({
  route: 'POST /api/3.0/mlflow/traces/search',
  summary: 'Search the traces of experiments by attributes, tags, metadata, spans and assessments',
  access: { filtered: 'experiments' },
  input: object({
    locations: array(TraceLocation, { max: 1_000 }),
    filter: withDefault(string({ max: FILTER_MAX }), ''),
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), RESULTS_DEFAULT),
    order_by: withDefault(array(string({ max: ORDER_MAX }), { max: ORDERS_MAX }), []),
    page_token: withDefault(string({ max: 8192 }), ''),
  }),
  output: object({ traces: array(TraceInfo), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  handler: async (db, input, { visible }) => searchPage(db, { ...input, experiment_ids: experimentsOf(input) }, visible),
})

const experimentsOf = ({ locations }: { locations: readonly { mlflow_experiment?: { experiment_id: string } | undefined }[] }): string[] =>
  locations.flatMap(({ mlflow_experiment }) => (mlflow_experiment ? [mlflow_experiment.experiment_id] : []))
