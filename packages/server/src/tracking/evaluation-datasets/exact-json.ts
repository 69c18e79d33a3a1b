import { json } from '../../http/free-form.ts'
import { Invalid } from '../../http/schema.ts'

/** The part of the standard that TypeScript's library does not know yet. */
type Exact = JSON & {
  rawJSON?: (text: string) => object
  isRawJSON?: (value: unknown) => value is { rawJSON: string }
}
const exact: Exact = JSON

// Numbers that JavaScript would write otherwise than they came: 1.0, 1e3, -0, and those with more digits than it keeps.
const MAY_CHANGE = /\d\.\d*0(?!\d)|\d[eE]|\d{16}|-0/
const anyJson = json()

/**
 * JSON text as a value whose numbers keep their spelling: 1.0 stays a float to Python, and a whole number past 2^53 is not rounded.
 * @throws Invalid when it is not JSON, or nested too deeply
 */
export function parseExactly(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Invalid('JSON text is needed; NaN and Infinity are no JSON, send null instead.', text)
  }
  anyJson.decode(value)
  if (exact.rawJSON === undefined || !MAY_CHANGE.test(text)) return value
  return JSON.parse(text, keepSpelling as (key: string, value: unknown) => unknown)
}

function keepSpelling(_key: string, value: unknown, context: { source?: string } | undefined): unknown {
  if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value
  return exact.rawJSON?.(context.source) ?? value
}

/** The spelling of a number that {@link parseExactly} kept, if the value is one. */
export function spelledNumber(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return exact.isRawJSON?.(value) ? value.rawJSON : undefined
}

/** A JSON object, and neither an array nor a number that kept its spelling. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && spelledNumber(value) === undefined

/** JSON text in which equal values read the same: keys are sorted, at each level. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const fields = Object.keys(value).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`
}

/** JSON text as Python's `json.dumps` writes it, for what clients may compare as text: spaces behind commas and colons, and only ASCII. */
export function pythonJson(value: string | number | { readonly [key: string]: unknown }): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped)
  const fields = Object.entries(value).map(([key, one]) => `${pythonJson(key)}: ${pythonJson(one as string)}`)
  return `{${fields.join(', ')}}`
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
