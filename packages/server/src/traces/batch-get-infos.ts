import { read } from '../http/endpoint.ts'
import { array, object, optional, string } from '../http/schema.ts'
import { inExperiments } from './in-experiments.ts'
import { TraceId, TraceInfo } from './trace.ts'
import { tracesToWire } from './trace-reader.ts'
import { traceRows } from './trace-store.ts'

export const batchGetTraceInfos = read({
  route: 'POST /api/3.0/mlflow/traces/batchGetInfos',
  summary: 'Get what several traces are, without their spans; those that are not there are left out',
  access: { filtered: 'experiments' },
  input: object({ trace_ids: array(TraceId, { max: 1_000 }), experiment_ids: optional(array(string({ max: 64 }), { max: 1_000 })) }),
  output: object({ trace_infos: array(TraceInfo) }),
  heavy: import.meta.url,
  handler: async (db, { trace_ids, experiment_ids }, { visible }) => ({
    trace_infos: await tracesToWire(db, await inExperiments(db, await traceRows(db, trace_ids), experiment_ids, visible)),
  }),
})
