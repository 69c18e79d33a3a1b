import { read } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { TraceId, TraceInfo } from './trace.ts'
import { traceToWire } from './trace-reader.ts'
import { traceRow } from './trace-store.ts'

export const getTraceInfo = read({
  route: 'GET /api/3.0/mlflow/traces/{trace_id}',
  summary: 'Get what a trace is, without its spans',
  access: { permission: 'read', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: TraceId }),
  output: object({ trace: object({ trace_info: TraceInfo }) }),
  handler: async (db, { trace_id }) => ({ trace: { trace_info: await traceToWire(db, await traceRow(db, trace_id)) } }),
})
