import { write } from '../http/endpoint.ts'
import { invalid, missing } from '../http/errors.ts'
import { alias, array, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { experimentKey } from '../tracking/experiments/index.ts'
import { TraceId } from './trace.ts'
import { deleteTraces as remove } from './trace-store.ts'

export const deleteTraces = write({
  route: 'POST /api/3.0/mlflow/traces/delete-traces',
  also: ['POST /api/2.0/mlflow/traces/delete-traces'],
  summary: 'Delete traces of an experiment, for good: by their ids, or those up to a time, the oldest first',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({
    experiment_id: string({ min: 1, max: 256 }),
    max_timestamp_millis: optional(int64()),
    max_traces: optional(int64({ min: 0 })),
    request_ids: withDefault(alias(array(TraceId, { max: 10_000 }), 'trace_ids'), []),
  }),
  output: object({ traces_deleted: int64() }),
  async handler(tx, { experiment_id, max_timestamp_millis, max_traces, request_ids }) {
    const by_time = max_timestamp_millis !== undefined
    if (by_time === request_ids.length > 0) {
      throw invalid('Either `max_timestamp_millis` or `trace_ids` must be specified, but not both: say which traces to delete.')
    }
    if (max_traces !== undefined && !by_time) throw invalid("`max_traces` can't be specified if `trace_ids` is specified: leave it out.")
    if (max_traces === 0) throw invalid('`max_traces` must be a positive integer, received 0.')
    const experiment = experimentKey(experiment_id)
    if (experiment === undefined) throw missing(`No Experiment with id=${experiment_id} exists.`)
    const deletion = { trace_ids: request_ids, max_start_ms: max_timestamp_millis, count: max_traces }
    return { traces_deleted: await remove(tx, experiment, deletion) }
  },
})
