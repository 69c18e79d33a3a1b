import { write } from '../http/endpoint.ts'
import { array, enumOf, int64, object, withDefault } from '../http/schema.ts'
import { fromPairs, NAME_TAG, PAIRS_MAX, Pair, STATES, TRACE_BODY_MAX_BYTES, TraceId, TraceInfoV2, toV2 } from './trace.ts'
import { traceToWire } from './trace-reader.ts'
import { heldTrace, putMetadata, putTags, putTrace } from './trace-store.ts'

export const updateTraceV2 = write({
  route: 'PATCH /api/2.0/mlflow/traces/{request_id}',
  summary: 'End a trace, as clients before version 3 do',
  access: { permission: 'edit', on: ({ request_id }) => ({ trace: request_id }) },
  input: object({
    request_id: TraceId,
    timestamp_ms: int64({ min: 0, max: 253_402_300_799_999 }),
    status: withDefault(enumOf(['TRACE_STATUS_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS']), 'TRACE_STATUS_UNSPECIFIED'),
    request_metadata: withDefault(array(Pair, { max: PAIRS_MAX }), []),
    tags: withDefault(array(Pair, { max: PAIRS_MAX }), []),
  }),
  output: object({ trace_info: TraceInfoV2 }),
  body_max_bytes: TRACE_BODY_MAX_BYTES,
  async handler(tx, { request_id, timestamp_ms, status, request_metadata, tags }) {
    const before = await heldTrace(tx, request_id)
    const { [NAME_TAG]: name = before.name, ...others } = fromPairs(tags)
    const state = Math.max(0, STATES.indexOf(status as 'OK'))
    const row = await putTrace(tx, before, (held) => ({ ...held, duration_ms: timestamp_ms - held.start_ms, state, name }))
    await putTags(
      tx,
      Object.entries(others).map(([key, value]) => [row.id, key, value]),
    )
    await putMetadata(
      tx,
      request_metadata.map(({ key, value }) => [row.id, key, value]),
    )
    return { trace_info: toV2(await traceToWire(tx, row)) }
  },
})
