import type { IncomingMessage } from 'node:http'
import { BODY_WAIT_MAX_MS, readBody } from '../../http/body.ts'
import { type StreamAnswer, stream } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { counted } from '../../http/quota.ts'
import { object, optional, string } from '../../http/schema.ts'
import { TRACE_BODY_MAX_BYTES } from '../trace.ts'
import { fromJson } from './from-json.ts'
import { fromProtobuf } from './from-protobuf.ts'
import { inflate } from './inflate.ts'
import { type Arrived, ingest } from './ingest.ts'
import { notOtlp, type OtlpResource } from './otlp-span.ts'
import { spanRow } from './span-row.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const HEADER = 'x-mlflow-experiment-id'

export const exportTraces = stream({
  route: 'POST /v1/traces',
  summary: 'Take spans by OpenTelemetry (OTLP over HTTP), as protobuf or JSON',
  access: {
    permission: 'edit',
    on: ({ experiment_id, run_id }) => [...(experiment_id ? [{ experiment: experiment_id }] : []), ...(run_id ? [{ run: run_id }] : [])],
  },
  input: object({ experiment_id: optional(string({ max: 256 })), run_id: optional(string({ max: 64 })) }),
  from_headers: { experiment_id: HEADER, run_id: 'x-mlflow-run-id' },
  answers: 'An ExportTraceServiceResponse in the encoding of the request; its partial success counts spans that were not taken',
  takes_body: true,
  counts_bytes: true,
  async handler({ experiment_id, run_id }, { user, bytes: quota }, { body, headers, write }) {
    if (!experiment_id) {
      throw new ApiError('UNPROCESSABLE_CONTENT', `The header '${HEADER}' is required: it says which experiment takes the spans.`)
    }
    const type = (headers['content-type'] as string | undefined)?.split(';')[0]?.trim().toLowerCase()
    if (type !== PROTOBUF && type !== JSON_TYPE) {
      throw new ApiError('BAD_REQUEST', `Invalid Content-Type: send the spans as ${PROTOBUF} or ${JSON_TYPE}.`)
    }
    // A stream endpoint's body is the request itself, not read yet.
    const sent = await readBody(body as IncomingMessage, TRACE_BODY_MAX_BYTES, BODY_WAIT_MAX_MS)
    const bytes = await inflate(sent, (headers['content-encoding'] as string | undefined)?.toLowerCase())
    const { arrived, count } = arrivedIn(type === PROTOBUF ? fromProtobuf(bytes) : fromJson(bytes))
    const keep = () => write((tx) => ingest(tx, { experiment_id, arrived, run_id: run_id || undefined, user }))
    const left_out = await counted(quota, () => bytes.length, keep)
    return answer(type, count - arrived.length + left_out)
  },
})

/** The spans that can be stored, and how many there were. @throws ApiError BAD_REQUEST, UNPROCESSABLE_CONTENT when there are none */
function arrivedIn(resources: readonly OtlpResource[]): { arrived: Arrived[]; count: number } {
  const arrived: Arrived[] = []
  let count = 0
  for (const { attributes: resource, spans } of resources) {
    for (const span of spans) {
      count++
      const row = spanRow(span)
      if (row) arrived.push({ row, attributes: span.attributes, resource })
    }
  }
  if (count === 0) throw notOtlp('no spans found.')
  if (arrived.length === 0) {
    throw new ApiError('UNPROCESSABLE_CONTENT', 'No span can be stored: each needs a trace_id of 16 bytes and a span_id of 8.')
  }
  return { arrived, count }
}

function answer(type: string, rejected: number): StreamAnswer {
  const headers = { 'content-type': type }
  if (rejected === 0) return { headers, body: type === JSON_TYPE ? '{}' : Buffer.alloc(0) }
  const message = `${rejected} spans were not taken: their ids are missing or short, or their trace is archived or another experiment's.`
  if (type === JSON_TYPE) {
    return { headers, body: JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } }) }
  }
  const text = Buffer.from(message)
  const partial = Buffer.concat([Buffer.from([0x08, ...varint(rejected), 0x12, ...varint(text.length)]), text])
  return { headers, body: Buffer.concat([Buffer.from([0x0a, ...varint(partial.length)]), partial]) }
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
