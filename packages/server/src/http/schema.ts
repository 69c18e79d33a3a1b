/**
 * The shapes of the wire. One value gives four things: the static type, the decoder of what comes in, the encoder of what goes
 * out, and the JSON Schema for OpenAPI and the typed client.
 *
 * The rules are those of protobuf's JSON mapping as MLflow's server applies it: int64 may come as a string of digits, NaN and the
 * infinities travel as strings, `null` means "not there", a field may be spelled in camelCase, and unknown fields are ignored. What is
 * not declared is neither read nor sent. Messages carry the phrases that MLflow's clients and tests match on ("Invalid value",
 * "Missing value for required parameter").
 */
export type JsonSchema = { [key: string]: unknown }

export type Schema<T> = {
  readonly json: JsonSchema
  /** @throws Invalid when the value is not of this shape. */
  readonly decode: (raw: unknown) => T
  /** The value as JSON text. */
  readonly encode: (value: T) => string
  /** Set on array schemas: a query string's single value stands for an array of one. */
  readonly isArray?: true
}

export type Field<T> = Schema<T> & { readonly optional?: true; readonly fallback?: () => T; readonly aliases?: readonly string[] }
export type OptionalField<T> = Field<T> & { readonly optional: true }

export type Static<S> = S extends Schema<infer T> ? T : never

type Fields = { readonly [name: string]: Field<never> | Field<unknown> }
// biome-ignore lint/suspicious/noExplicitAny: a Field is read and written, so neither `unknown` nor `never` fits every field
type AnyFields = { readonly [name: string]: Field<any> }
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F]
type Simplify<T> = { [K in keyof T]: T[K] }
export type ObjectOf<F> = Simplify<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: F[K] extends Field<infer T> ? T : never } & {
    [K in OptionalKeys<F>]?: (F[K] extends Field<infer T> ? T : never) | undefined
  }
>

/** A value that does not fit. `path` grows on the way out of the nested decoders: `metrics[3].value`. */
export class Invalid extends Error {
  path = ''
  /** The value as its sender wrote it, where that differs from what JavaScript makes of it. */
  written: string | undefined
  readonly reason: string
  readonly value: unknown

  constructor(reason: string, value?: unknown) {
    super(reason)
    this.reason = reason
    this.value = value
  }

  within(segment: string): this {
    this.path = segment + (this.path === '' || this.path.startsWith('[') ? '' : '.') + this.path
    return this
  }

  /** The sentence for the caller, in the form that MLflow's clients know. */
  get sentence(): string {
    if (this.value === undefined) return `Missing value for required parameter '${this.path}'.`
    return `Invalid value ${this.written ?? excerpt(this.value)} for parameter '${this.path}' supplied: ${this.reason}`
  }
}

function excerpt(value: unknown): string {
  const text = textOf(value)
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? 'an array that is nested too deeply' : 'an object that is nested too deeply'
  }
}

// What JSON.stringify would change in a string: quotes, backslashes, control characters, lone surrogates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/
const quote = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`)

export type StringRules = {
  /** Characters (UTF-16 code units), not bytes. */
  min?: number
  max?: number
  pattern?: RegExp
  description?: string
}

/** JSON Schema's patterns know no classes of Unicode: programs that make requests of the schema could not read them. */
const plainPattern = ({ source }: RegExp): string =>
  source.replaceAll('\\P{Cc}', '[^\\p{Cc}]').replaceAll('\\p{Cc}', '\\u0000-\\u001f\\u007f-\\u009f')

export function string(rules: StringRules = {}): Schema<string> {
  const { min = 0, max, pattern, description } = rules
  return {
    json: {
      type: 'string',
      ...(min > 0 && { minLength: min }),
      ...(max !== undefined && { maxLength: max }),
      ...(pattern && { pattern: plainPattern(pattern) }),
      ...(description && { description }),
    },
    decode(raw) {
      if (typeof raw !== 'string') throw new Invalid('a string is needed.', raw)
      if (raw.includes('\0')) throw new Invalid('it must not hold the character NUL, which no database text can.', raw)
      if (raw.length < min) throw new Invalid(min === 1 ? 'it must not be empty.' : `it needs at least ${min} characters.`, raw)
      if (max !== undefined && raw.length > max) {
        throw new Invalid(`its length of ${raw.length} exceeds the maximum length of ${max} characters.`, raw)
      }
      if (pattern && !pattern.test(raw)) throw new Invalid(`it must match ${pattern.source}.`, raw)
      return raw
    },
    encode: quote,
  }
}

const DIGITS = /^-?\d{1,19}$/

/** Whole numbers that JavaScript holds exactly (±2^53-1): what lies beyond is refused, never rounded (security case ID-10). */
export function int64(rules: { min?: number; max?: number; description?: string } = {}): Schema<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, description } = rules
  return {
    json: { type: 'integer', format: 'int64', minimum: min, maximum: max, ...(description && { description }) },
    decode(raw) {
      const value = typeof raw === 'number' ? raw : typeof raw === 'string' && DIGITS.test(raw) ? Number(raw) : Number.NaN
      if (!Number.isInteger(value)) throw new Invalid('a whole number is needed.', raw)
      if (value < min || value > max) throw new Invalid(`it must be between ${min} and ${max}.`, raw)
      return value
    },
    encode: String,
  }
}

const NON_FINITE: Record<string, number | undefined> = Object.assign(Object.create(null), {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
})
const NUMERIC = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** A 64-bit float. JSON has no NaN and no infinities: they are the strings "NaN", "Infinity" and "-Infinity" on the wire. */
export function double(rules: { description?: string } = {}): Schema<number> {
  return {
    json: { anyOf: [{ type: 'number' }, { enum: ['NaN', 'Infinity', '-Infinity'] }], format: 'double', ...rules },
    decode(raw) {
      if (typeof raw === 'number') return raw
      if (typeof raw === 'string') {
        const special = NON_FINITE[raw]
        if (special !== undefined) return special
        if (NUMERIC.test(raw)) return Number(raw)
      }
      throw new Invalid('a number is needed.', raw)
    },
    encode: (value) => (Number.isFinite(value) ? String(value) : `"${value}"`),
  }
}

export function boolean(rules: { description?: string } = {}): Schema<boolean> {
  return {
    json: { type: 'boolean', ...rules },
    decode(raw) {
      // In a query Python's client writes `True` and `False`, as Python prints them.
      const value = typeof raw === 'string' ? raw.toLowerCase() : raw
      if (value === true || value === 'true') return true
      if (value === false || value === 'false') return false
      throw new Invalid('true or false is needed.', raw)
    },
    encode: String,
  }
}

export function enumOf<const T extends readonly string[]>(values: T, rules: { description?: string } = {}): Schema<T[number]> {
  const allowed = new Set<string>(values)
  return {
    json: { type: 'string', enum: [...values], ...rules },
    decode(raw) {
      if (typeof raw === 'string' && allowed.has(raw)) return raw
      throw new Invalid(`it must be one of ${values.join(', ')}.`, raw)
    },
    encode: quote,
  }
}

export function array<T>(item: Schema<T>, rules: { min?: number; max?: number; description?: string } = {}): Schema<T[]> {
  const { min = 0, max, description } = rules
  return {
    isArray: true,
    json: {
      type: 'array',
      items: item.json,
      ...(min > 0 && { minItems: min }),
      ...(max !== undefined && { maxItems: max }),
      ...(description && { description }),
    },
    decode(raw) {
      if (!Array.isArray(raw)) throw new Invalid('an array is needed.', raw)
      if (raw.length < min) throw new Invalid(`at least ${min} item${min === 1 ? ' is' : 's are'} needed.`, raw)
      if (max !== undefined && raw.length > max) {
        throw new Invalid(`it has ${raw.length} items; at most ${max} are taken at once.`, `${raw.length} items`)
      }
      const out = new Array<T>(raw.length)
      let at = 0
      try {
        for (; at < raw.length; at++) out[at] = item.decode(raw[at])
      } catch (error) {
        throw error instanceof Invalid ? error.within(`[${at}]`) : error
      }
      return out
    },
    encode(values) {
      if (values.length === 0) return '[]'
      let out = `[${item.encode(values[0] as T)}`
      for (let at = 1; at < values.length; at++) out += `,${item.encode(values[at] as T)}`
      return `${out}]`
    },
  }
}

/** The field may be left out, on the way in and on the way out. */
export const optional = <T>(schema: Schema<T>): OptionalField<T> => ({ ...schema, optional: true })

/** The field may be left out on the way in and then has this value; on the way out it is always there. */
export const withDefault = <T>(schema: Schema<T>, fallback: T): Field<T> => ({
  ...schema,
  json: { ...schema.json, default: fallback },
  fallback: () => (Array.isArray(fallback) ? ([...fallback] as T) : fallback),
})

/** Other names under which clients send this field; MLflow's `run_uuid` for `run_id`, for one. */
export const alias = <F extends { readonly json: JsonSchema }>(schema: F, ...names: string[]): F => ({ ...schema, aliases: names })

/** As a property's name, of which V8 keeps one: another text of the same letters is looked up among all names, field by field. */
const camelCase = (name: string): string =>
  Object.keys({ [name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())]: 0 })[0] as string

/** @throws Invalid when two spellings of one field are there and differ: which of them was meant is not for us to guess. */
function find(source: Record<string, unknown>, name: string, others: readonly string[]): unknown {
  let found = source[name] ?? undefined
  for (const other of others) {
    if (!Object.hasOwn(source, other)) continue
    const value = source[other] ?? undefined
    // MLflow's clients send `run_id` and `run_uuid` both, with one value.
    if (found !== undefined && value !== undefined && found !== value) {
      throw new Invalid(`the field is given twice, as '${name}' and as '${other}'.`, value)
    }
    found ??= value
  }
  return found
}

export function object<const F extends AnyFields>(fields: F, rules: { description?: string } = {}): Schema<ObjectOf<F>> {
  const list = Object.entries(fields as Fields).map(([name, field]) => {
    const camel = camelCase(name)
    return {
      name,
      field: field as Field<unknown>,
      prefix: `"${name}":`,
      others: [...(field.aliases ?? []), ...(camel === name ? [] : [camel])],
    }
  })
  const required = list.filter(({ field }) => !field.optional && !field.fallback).map(({ name }) => name)
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(list.map(({ name, field }) => [name, field.json])),
      ...(required.length > 0 && { required }),
      ...rules,
    },
    decode(raw) {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Invalid('an object is needed.', raw)
      const source = raw as Record<string, unknown>
      const out: Record<string, unknown> = {}
      let at = ''
      try {
        for (const { name, field, others } of list) {
          at = name
          const value = others.length === 0 ? source[name] : find(source, name, others)
          if (value !== undefined && value !== null) out[name] = field.decode(value)
          else if (field.fallback) out[name] = field.fallback()
          else if (!field.optional) throw new Invalid('it is required.')
        }
      } catch (error) {
        throw error instanceof Invalid ? error.within(at) : error
      }
      return out as ObjectOf<F>
    },
    encode(value) {
      const source = value as Record<string, unknown>
      let out = ''
      for (const { name, field, prefix } of list) {
        const one = source[name]
        if (one === undefined) continue
        out += (out === '' ? '{' : ',') + prefix + field.encode(one)
      }
      return out === '' ? '{}' : `${out}}`
    },
  }
}
