import type { SpanRow } from '../span.ts'
import { REQUEST_ID, translate } from './conventions.ts'
import type { Attributes, OtlpSpan } from './otlp-span.ts'

const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']
const TRACE_ID_LENGTH = 32
const SPAN_ID_LENGTH = 16

/** A span as it is stored; undefined when its ids are not of OTLP's lengths. */
export function spanRow(span: OtlpSpan): SpanRow | undefined {
  const { trace_id: hex, span_id, parent_id, attributes } = span
  if (hex.length !== TRACE_ID_LENGTH || span_id.length !== SPAN_ID_LENGTH) return undefined
  if (parent_id !== '' && parent_id.length !== SPAN_ID_LENGTH) return undefined
  const trace_id = `tr-${hex}`
  const status = span.status === 1 || span.status === 2 ? span.status : 0
  const { type, usage } = translate(attributes)
  // The id follows from the span's own, whatever a client put there.
  attributes.set(REQUEST_ID, JSON.stringify(trace_id))
  return {
    trace_id,
    span_id,
    parent_id: parent_id === '' ? null : parent_id,
    name: withoutNul(span.name),
    type: type === null ? null : withoutNul(type),
    status,
    start_us: microseconds(span.start_ns),
    end_us: span.end_ns === 0n ? null : microseconds(span.end_ns),
    usage,
    content: contentOf(span, STATUS_NAMES[status] as string),
  }
}

/** No database text holds NUL. */
export const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '') : text)

const microseconds = (ns: bigint): number => Math.min(Number(ns / 1000n), Number.MAX_SAFE_INTEGER)

const base64 = (hex: string): string => `"${Buffer.from(hex, 'hex').toString('base64')}"`

function contentOf(span: OtlpSpan, status: string): string {
  const events = span.events.map(
    ({ name, time_ns, attributes }) =>
      `{"name":${JSON.stringify(name)},"time_unix_nano":${time_ns},"attributes":${objectText(attributes, (value) => value)}}`,
  )
  const links = span.links.map(
    ({ trace_id, span_id, attributes }) =>
      `{"trace_id":${base64(trace_id)},"span_id":${base64(span_id)},"attributes":${objectText(attributes, (value) => value)}}`,
  )
  const links_text = links.length > 0 ? `,"links":[${links.join(',')}]` : ''
  return (
    `{"trace_id":${base64(span.trace_id)},"span_id":${base64(span.span_id)},` +
    `"parent_span_id":${span.parent_id === '' ? 'null' : base64(span.parent_id)},"name":${JSON.stringify(span.name)},` +
    `"start_time_unix_nano":${span.start_ns},"end_time_unix_nano":${span.end_ns === 0n ? 'null' : span.end_ns},` +
    `"events":[${events.join(',')}],"status":{"code":"${status}","message":${JSON.stringify(span.message)}},` +
    `"attributes":${objectText(span.attributes, (value) => JSON.stringify(value))}${links_text}}`
  )
}

function objectText(attributes: Attributes, one: (value: string) => string): string {
  let out = ''
  for (const [key, value] of attributes) out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${one(value)}`
  return `{${out}}`
}
