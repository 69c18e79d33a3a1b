import { parseJson } from '../../http/body.ts'
import { type Attributes, doubleText, emptySpan, jsonOf, NESTING_MAX, notOtlp, type OtlpResource, type OtlpSpan } from './otlp-span.ts'

type Json = Record<string, unknown>

/** An `ExportTraceServiceRequest` in OTLP's JSON, where ids are hexadecimal. @throws ApiError BAD_REQUEST when the bytes are none */
export function fromJson(bytes: Buffer): OtlpResource[] {
  return list(objectOf(parsed(bytes)), 'resourceSpans', 'resource_spans').map((one) => ({
    attributes: attributesOf(objectOf(one.resource ?? {})),
    spans: list(one, 'scopeSpans', 'scope_spans').flatMap((scope) => list(scope, 'spans').map(spanOf)),
  }))
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes)
  } catch {
    throw notOtlp('Invalid Content-Type, or a broken body: the header says application/json, and the body is not JSON.')
  }
}

function objectOf(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notOtlp('an object is expected where there is none.')
  return value as Json
}

function list(source: Json, ...names: string[]): Json[] {
  const value = first(source, names) ?? []
  if (!Array.isArray(value)) throw notOtlp(`'${names[0]}' must be an array.`)
  return value.map(objectOf)
}

const first = (source: Json, names: readonly string[]): unknown => {
  for (const name of names) if (source[name] !== undefined && source[name] !== null) return source[name]
  return undefined
}

function text(source: Json, ...names: string[]): string {
  const value = first(source, names) ?? ''
  if (typeof value !== 'string') throw notOtlp(`'${names[0]}' must be text.`)
  return value
}

function id(source: Json, ...names: string[]): string {
  const value = text(source, ...names)
  if (!/^[0-9a-fA-F]*$/.test(value)) throw notOtlp(`'${names[0]}' must be hexadecimal.`)
  return value.toLowerCase()
}

function nanoseconds(source: Json, ...names: string[]): bigint {
  const value = first(source, names) ?? 0
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt.asUintN(64, BigInt(value))
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 64) return BigInt(value)
  throw notOtlp(`'${names[0]}' must be a whole number.`)
}

function spanOf(source: Json): OtlpSpan {
  const status = objectOf(source.status ?? {})
  const code = status.code ?? 0
  return {
    ...emptySpan(),
    trace_id: id(source, 'traceId', 'trace_id'),
    span_id: id(source, 'spanId', 'span_id'),
    parent_id: id(source, 'parentSpanId', 'parent_span_id'),
    name: text(source, 'name'),
    start_ns: nanoseconds(source, 'startTimeUnixNano', 'start_time_unix_nano'),
    end_ns: nanoseconds(source, 'endTimeUnixNano', 'end_time_unix_nano'),
    attributes: attributesOf(source, 0, 'attributes', jsonOf),
    events: list(source, 'events').map((event) => ({
      name: text(event, 'name'),
      time_ns: nanoseconds(event, 'timeUnixNano', 'time_unix_nano'),
      attributes: attributesOf(event),
    })),
    links: list(source, 'links').map((link) => ({
      trace_id: id(link, 'traceId', 'trace_id'),
      span_id: id(link, 'spanId', 'span_id'),
      attributes: attributesOf(link),
    })),
    status: code === 1 || code === 'STATUS_CODE_OK' ? 1 : code === 2 || code === 'STATUS_CODE_ERROR' ? 2 : 0,
    message: text(status, 'message'),
  }
}

function attributesOf(source: Json, depth = 0, name = 'attributes', quoted: (text: string) => string = JSON.stringify): Attributes {
  return new Map(list(source, name).map((one) => [text(one, 'key'), anyValue(objectOf(one.value ?? {}), depth, quoted)]))
}

/** A value as JSON text. */
function anyValue(source: Json, depth: number, quoted: (text: string) => string = JSON.stringify): string {
  if (depth > NESTING_MAX) throw notOtlp(`a value is nested deeper than ${NESTING_MAX} levels.`)
  const of = (...names: string[]): unknown => first(source, names)
  const string = of('stringValue', 'string_value') ?? of('bytesValue', 'bytes_value')
  if (string !== undefined) return quoted(String(string))
  const boolean = of('boolValue', 'bool_value')
  if (boolean !== undefined) return boolean === true ? 'true' : 'false'
  const int = of('intValue', 'int_value')
  if (int !== undefined) {
    const digits = String(int)
    if (!/^-?\d{1,20}$/.test(digits)) throw notOtlp("'intValue' must be a whole number.")
    return String(BigInt(digits))
  }
  const double = of('doubleValue', 'double_value')
  if (double !== undefined) return doubleText(Number(double))
  const array = of('arrayValue', 'array_value')
  if (array !== undefined) return `[${list(objectOf(array), 'values').map((one) => anyValue(one, depth + 1))}]`
  const pairs = of('kvlistValue', 'kvlist_value')
  if (pairs === undefined) return 'null'
  const values = attributesOf(objectOf(pairs), depth + 1, 'values')
  return `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`)}}`
}
