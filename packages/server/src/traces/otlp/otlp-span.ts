import { ApiError } from '../../http/errors.ts'

/** Values of attributes as JSON text. */
export type Attributes = Map<string, string>

/** A span as OTLP brings it, from either of its encodings; ids in hexadecimal, empty where they are missing. */
export type OtlpSpan = {
  trace_id: string
  span_id: string
  parent_id: string
  name: string
  start_ns: bigint
  end_ns: bigint
  attributes: Attributes
  events: { name: string; time_ns: bigint; attributes: Attributes }[]
  links: { trace_id: string; span_id: string; attributes: Attributes }[]
  /** 0 unset, 1 ok, 2 error. */
  status: number
  message: string
}

/** Spans of one program, with what is said of it. */
export type OtlpResource = { attributes: Attributes; spans: OtlpSpan[] }

/** How deep values of attributes may be nested. */
export const NESTING_MAX = 64

export const emptySpan = (): OtlpSpan => ({
  trace_id: '',
  span_id: '',
  parent_id: '',
  name: '',
  start_ns: 0n,
  end_ns: 0n,
  attributes: new Map(),
  events: [],
  links: [],
  status: 0,
  message: '',
})

/** The body is no OTLP. */
export const notOtlp = (why: string): ApiError => new ApiError('BAD_REQUEST', `Invalid OpenTelemetry format: ${why}`)

/** A float as JSON text by which it is still known as one; what JSON lacks is text. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
}

/**
 * An attribute's text as JSON text. MLflow's exporter sends JSON text as text: that is taken as it is, unless what is in it could be a
 * number or a word.
 */
export function jsonOf(text: string): string {
  if (!/^["{[]/.test(text)) return JSON.stringify(text)
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}
