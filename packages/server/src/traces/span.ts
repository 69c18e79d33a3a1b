import type { Schema } from '../http/schema.ts'

/** A span on its way into the store; `content` is its JSON as MLflow's clients keep it in `traces.json`. */
export type SpanRow = {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_id: string | null
  readonly name: string
  readonly type: string | null
  /** As OpenTelemetry counts: 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly start_us: number
  readonly end_us: number | null
  readonly usage: Usage | undefined
  readonly content: string
}

/** Tokens that a language model took and gave. */
export type Usage = { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number }

const NESTING_MAX = 60
const WHOLE = /^-?\d+$/

/** A number of JSON with its digits as they were written: nanoseconds are more than JavaScript's numbers hold. */
class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** JSON text as a value, with every number as {@link Digits}. */
const parseDigits = (text: string): unknown =>
  JSON.parse(text, ((_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value) as (key: string, value: unknown) => unknown)

type Content = {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  name: string
  start_time_unix_nano: Digits
  end_time_unix_nano: Digits | null
  events?: { name: string; time_unix_nano: Digits; attributes?: Record<string, unknown> }[]
  status: { code: string; message?: string | null }
  attributes: Record<string, unknown>
  links?: { trace_id: string; span_id: string; attributes?: Record<string, unknown> }[]
}

// Quotes inside of texts have a backslash before them: the first place that looks like this is the span's own.
const TIMES = /,"start_time_unix_nano":(\d+),"end_time_unix_nano":(?:(\d+)|null),"events":\[\],/

/** A content as a value. Most spans have no events: then only the two times need their digits, and are read without a slow parse. */
function contentOf(content: string): Content {
  const times = content.includes('"links":[') ? null : TIMES.exec(content)
  if (!times) return parseDigits(content) as Content
  const [, start = '', end] = times
  const span = JSON.parse(content) as Content
  return { ...span, start_time_unix_nano: new Digits(start), end_time_unix_nano: end === undefined ? null : new Digits(end) }
}

/** The OTLP span in protobuf's JSON that `traces/get` answers, from a stored content. */
export function toOtlpJson(content: string): string {
  const span = contentOf(content)
  const parts = [
    `"trace_id":${JSON.stringify(span.trace_id)},"span_id":${JSON.stringify(span.span_id)}`,
    span.parent_span_id ? `,"parent_span_id":${JSON.stringify(span.parent_span_id)}` : '',
    `,"name":${JSON.stringify(span.name)},"start_time_unix_nano":${span.start_time_unix_nano.text}`,
    span.end_time_unix_nano ? `,"end_time_unix_nano":${span.end_time_unix_nano.text}` : '',
    `,"attributes":${keyValues(span.attributes, attributeValue)}`,
    span.events?.length ? `,"events":[${span.events.map(eventJson).join(',')}]` : '',
    span.links?.length ? `,"links":[${span.links.map(linkJson).join(',')}]` : '',
    `,"status":{"message":${JSON.stringify(span.status.message ?? '')},"code":${JSON.stringify(span.status.code)}}`,
  ]
  return `{${parts.join('')}}`
}

const keyValues = (values: Record<string, unknown> | undefined, one: (value: unknown) => string): string =>
  `[${Object.entries(values ?? {})
    .map(([key, value]) => `{"key":${JSON.stringify(key)},"value":${one(value)}}`)
    .join(',')}]`

const plainValues = (values: Record<string, unknown> | undefined): string => keyValues(values, (value) => anyValue(value, 0))

const eventJson = ({ name, time_unix_nano, attributes }: NonNullable<Content['events']>[number]): string =>
  `{"time_unix_nano":${time_unix_nano.text},"name":${JSON.stringify(name)},"attributes":${plainValues(attributes)}}`

const linkJson = ({ trace_id, span_id, attributes }: NonNullable<Content['links']>[number]): string =>
  `{"trace_id":${JSON.stringify(trace_id)},"span_id":${JSON.stringify(span_id)},"attributes":${plainValues(attributes)}}`

/** Attributes of a span are JSON text inside JSON; what is no JSON is text. */
function attributeValue(value: unknown): string {
  if (typeof value !== 'string') return anyValue(value, 0)
  // Texts and numbers are most of all values, and are JSON already.
  if (value.startsWith('"')) return `{"string_value":${value}}`
  if (WHOLE.test(value)) return `{"int_value":"${value}"}`
  try {
    return anyValue(parseDigits(value), 0)
  } catch {
    return anyValue(value, 0)
  }
}

function anyValue(value: unknown, depth: number): string {
  if (value === null || value === undefined) return '{}'
  if (typeof value === 'string') return `{"string_value":${JSON.stringify(value)}}`
  if (typeof value === 'boolean') return `{"bool_value":${value}}`
  if (value instanceof Digits) return WHOLE.test(value.text) ? `{"int_value":"${value.text}"}` : `{"double_value":${value.text}}`
  if (depth > NESTING_MAX) return '{"string_value":"..."}'
  if (Array.isArray(value)) return `{"array_value":{"values":[${value.map((one) => anyValue(one, depth + 1)).join(',')}]}}`
  return `{"kvlist_value":{"values":${keyValues(value as Record<string, unknown>, (one) => anyValue(one, depth + 1))}}}`
}

/** A span that is JSON text already. */
export const OtlpSpanText: Schema<string> = {
  json: {
    type: 'object',
    description: "OpenTelemetry's Span in protobuf's JSON: trace_id and span_id in base64, times in nanoseconds, attributes as a list",
  },
  decode: (raw) => JSON.stringify(raw),
  encode: (text) => text,
}
