/** JSON as the wire has it, with integers of 64 bits: what a JavaScript number can't hold exactly is a bigint, in both directions. */

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown
type RawJson = { readonly rawJSON?: (text: string) => unknown }

const MAY_BE_TOO_LONG = /\d{16}/
const WHOLE = /^-?\d+$/

/**
 * Reads JSON. A whole number beyond 2^53 that a number would round is a bigint; runtimes that don't show a number's digits (before
 * Node 21, Chrome 114, Firefox 135, Safari 18.4) round it. @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // The plain parser is ten times as quick, and enough where no number is that long.
  if (!MAY_BE_TOO_LONG.test(text)) return JSON.parse(text)
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown)
}

const exact: Reviver = (key, value, context) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  if (source === undefined || !WHOLE.test(source)) return value
  // A metric of 2^60 is written like an integer, and is a float: its value stays a number, as those of all metrics.
  return key === 'value' && String(value) === source ? value : BigInt(source)
}

/** Writes JSON: NaN and the infinities as the strings that the wire has for them, a bigint by its digits. */
export const writeJson = (value: unknown): string => JSON.stringify(value, numbersOnTheWire)

function numbersOnTheWire(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'bigint') return value
  const raw = (JSON as RawJson).rawJSON
  if (raw) return raw(String(value))
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw new RangeError(`${value} has more than 53 bits, and this runtime can't write it as JSON without rounding it`)
  return Number(value)
}
