import { read } from '../http/endpoint.ts'
import { boolean, object, type Static, withDefault } from '../http/schema.ts'
import { TraceId } from './trace.ts'
import { traceRow } from './trace-store.ts'
import { Trace, wholeTraces } from './whole-trace.ts'

export const getTrace = read({
  route: 'GET /api/3.0/mlflow/traces/get',
  summary: 'Get a trace with its spans',
  access: { permission: 'read', on: ({ trace_id }) => ({ trace: trace_id }) },
  input: object({ trace_id: TraceId, allow_partial: withDefault(boolean(), false) }),
  output: object({ trace: Trace }),
  heavy: import.meta.url,
  handler: async (db, { trace_id }, { settings }) => ({
    trace: (await wholeTraces(db, [await traceRow(db, trace_id)], settings))[0] as Static<typeof Trace>,
  }),
})
