import { read } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { TraceId, TraceInfoV2, toV2 } from './trace.ts'
import { traceToWire } from './trace-reader.ts'
import { traceRow } from './trace-store.ts'

export const getTraceInfoV2 = read({
  route: 'GET /api/2.0/mlflow/traces/{request_id}/info',
  summary: 'Get what a trace is, in the form of clients before version 3',
  access: { permission: 'read', on: ({ request_id }) => ({ trace: request_id }) },
  input: object({ request_id: TraceId }),
  output: object({ trace_info: TraceInfoV2 }),
  handler: async (db, { request_id }) => ({ trace_info: toV2(await traceToWire(db, await traceRow(db, request_id))) }),
})
