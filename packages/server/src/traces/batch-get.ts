import { read } from '../http/endpoint.ts'
import { array, object, optional, string } from '../http/schema.ts'
import { inExperiments } from './in-experiments.ts'
import { TraceId } from './trace.ts'
import { traceRows } from './trace-store.ts'
import { Trace, wholeTraces } from './whole-trace.ts'

export const batchGetTraces = read({
  route: 'GET /api/3.0/mlflow/traces/batchGet',
  summary: 'Get several traces with their spans; those that are not there are left out',
  access: { filtered: 'experiments' },
  input: object({ trace_ids: array(TraceId, { max: 500 }), experiment_ids: optional(array(string({ max: 64 }), { max: 1_000 })) }),
  output: object({ traces: array(Trace) }),
  heavy: import.meta.url,
  handler: async (db, { trace_ids, experiment_ids }, { visible, settings }) => ({
    traces: await wholeTraces(db, await inExperiments(db, await traceRows(db, trace_ids), experiment_ids, visible), settings),
  }),
})
