import { randomUUID } from 'node:crypto'
import { write } from '../http/endpoint.ts'
import { array, int64, object, string, withDefault } from '../http/schema.ts'
import { startTrace } from './start-trace.ts'
import { fromPairs, PAIRS_MAX, Pair, TRACE_BODY_MAX_BYTES, TraceInfoV2, toV2 } from './trace.ts'

export const createTraceV2 = write({
  route: 'POST /api/2.0/mlflow/traces',
  summary: 'Start a trace, as clients before version 3 do; traces/{request_id} ends it',
  access: { permission: 'edit', on: ({ experiment_id }) => ({ experiment: experiment_id }) },
  input: object({
    experiment_id: string({ min: 1, max: 256 }),
    timestamp_ms: int64({ min: 0, max: 253_402_300_799_999 }),
    request_metadata: withDefault(array(Pair, { max: PAIRS_MAX }), []),
    tags: withDefault(array(Pair, { max: PAIRS_MAX }), []),
  }),
  output: object({ trace_info: TraceInfoV2 }),
  body_max_bytes: TRACE_BODY_MAX_BYTES,
  async handler(tx, { experiment_id, timestamp_ms, request_metadata, tags }, context) {
    const info = await startTrace(
      tx,
      experiment_id,
      {
        trace_id: randomUUID().replaceAll('-', ''),
        trace_location: { type: 'MLFLOW_EXPERIMENT' },
        request_time: timestamp_ms,
        state: 'IN_PROGRESS',
        trace_metadata: fromPairs(request_metadata),
        tags: fromPairs(tags),
        assessments: [],
      },
      context,
    )
    // Clients of that time expect 0 for a trace that goes on.
    return { trace_info: toV2({ ...info, execution_duration: 0 }) }
  },
})
