import { numberAsWritten, parseJson } from './body.ts'
import type { Endpoint } from './endpoint.ts'
import { invalid } from './errors.ts'
import { Invalid, type JsonSchema, type Schema } from './schema.ts'

type Query = Record<string, string | string[] | undefined>

/** A query string has no arrays and no nesting: a single value of an array field is an array of one. */
function fromQuery(schema: Schema<unknown>, query: Query): Record<string, unknown> {
  const fields = (schema.json.properties ?? {}) as Record<string, JsonSchema>
  const out: Record<string, unknown> = { ...query }
  for (const [name, field] of Object.entries(fields)) {
    const value = out[name]
    if (field.type === 'array') {
      if (typeof value === 'string') out[name] = [value]
    } else if (Array.isArray(value)) {
      throw invalid(`Invalid value for parameter '${name}' supplied: it is given ${value.length} times, and one is taken.`)
    } else if (value === '' && field.type !== 'string') delete out[name]
  }
  return out
}

/**
 * What an endpoint's handler gets: path parameters, then the body or the query, decoded by its schema.
 * @param bytes the JSON body; without one, the input is in the query
 */
export function decodeInput(endpoint: Endpoint, params: Record<string, string>, query: Query, bytes: Buffer | undefined): unknown {
  const { input } = endpoint
  let raw = bytes && parseJson(bytes)
  if (raw === undefined || raw === null) raw = fromQuery(input, query)
  if (hasAny(params) && typeof raw === 'object' && raw !== null && !Array.isArray(raw)) raw = { ...raw, ...params }
  try {
    return input.decode(raw)
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    if (bytes && typeof error.value === 'number') error.written = numberAsWritten(bytes, error.value)
    const sentence = error.path === '' ? 'The request must be a JSON object.' : error.sentence
    throw invalid(`${sentence} See /openapi.json for the parameters of ${endpoint.route}.`)
  }
}

function hasAny(params: Record<string, string>): boolean {
  for (const _ in params) return true
  return false
}
