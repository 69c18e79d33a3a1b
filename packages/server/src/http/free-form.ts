import { Invalid, type Schema } from './schema.ts'

/** A JSON object with keys of the client's choosing (kept as data in a Map-like record without a prototype). */
export function record<T>(item: Schema<T>, rules: { max?: number; description?: string } = {}): Schema<Record<string, T>> {
  const { max, description } = rules
  return {
    json: {
      type: 'object',
      additionalProperties: item.json,
      ...(max !== undefined && { maxProperties: max }),
      ...(description && { description }),
    },
    decode(raw) {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Invalid('an object is needed.', raw)
      const entries = Object.entries(raw)
      if (max !== undefined && entries.length > max)
        throw new Invalid(`it has ${entries.length} keys; at most ${max} are taken.`, 'an object')
      const out: Record<string, T> = Object.create(null)
      for (const [key, value] of entries) {
        try {
          out[key] = item.decode(value)
        } catch (error) {
          throw error instanceof Invalid ? error.within(key) : error
        }
      }
      return out
    },
    encode: (value) =>
      `{${Object.entries(value)
        .map(([key, one]) => `${JSON.stringify(key)}:${item.encode(one)}`)
        .join(',')}}`,
  }
}

const JSON_DEPTH_MAX = 64

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const one of Object.values(value)) if (isDeeperThan(one, levels - 1)) return true
  return false
}

/** Any JSON value, kept as it is; nested 64 deep at most. */
export function json(rules: { description?: string } = {}): Schema<unknown> {
  return {
    json: { ...rules },
    decode(raw) {
      if (isDeeperThan(raw, JSON_DEPTH_MAX)) throw new Invalid(`it is nested deeper than ${JSON_DEPTH_MAX} levels.`, raw)
      return raw
    },
    encode: (value) => JSON.stringify(value) ?? 'null',
  }
}

/** A value of an answer that may be missing: `null` on the wire, where a field's place in an array says which one it is. */
export function nullable<T>(item: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [item.json, { type: 'null' }] },
    decode: (raw) => (raw === null || raw === undefined ? null : item.decode(raw)),
    encode: (value) => (value === null ? 'null' : item.encode(value)),
  }
}
