import type { Schema } from '../http/schema.ts'

const NESTING_MAX = 64
const BACKSLASH = 0x5c
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
const SPACE = /[ \t\r\n]+/y

/**
 * Walks over JSON text and writes it anew in another form: nothing is parsed, so nanoseconds keep their digits, and most text is copied as
 * it is. It trusts that the text is JSON; every method throws where it sees that it is not.
 */
class Walker {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Steps over exactly this. */
  expect(literal: string): void {
    if (!this.has(literal)) throw new SyntaxError(`${literal} expected at ${this.#at}`)
  }

  /** Steps over this if it comes next. */
  has(literal: string): boolean {
    const is_next = this.#text.startsWith(literal, this.#at)
    if (is_next) this.#at += literal.length
    return is_next
  }

  /** A string as it is written, with its quotes. */
  string(): string {
    const text = this.#text
    const from = this.#at
    if (text.charCodeAt(from) !== 0x22) throw new SyntaxError(`no string at ${from}`)
    let end = from
    do {
      end = text.indexOf('"', end + 1)
      if (end < 0) throw new SyntaxError(`no end of the string at ${from}`)
    } while (isEscaped(text, end))
    this.#at = end + 1
    return text.slice(from, this.#at)
  }

  /** A number as it is written. */
  number(): string {
    NUMBER.lastIndex = this.#at
    const found = NUMBER.exec(this.#text)?.[0]
    if (found === undefined) throw new SyntaxError(`no value at ${this.#at}`)
    this.#at += found.length
    return found
  }

  /** What follows, to the end, as an OTLP value. */
  wholeValue(): string {
    this.#space()
    const value = this.value(0)
    this.#space()
    if (this.#at < this.#text.length) throw new SyntaxError(`more than a value at ${this.#at}`)
    return value
  }

  /** The next value as an OTLP value. */
  value(depth: number): string {
    if (depth > NESTING_MAX) throw new SyntaxError(`nested deeper than ${NESTING_MAX} levels`)
    switch (this.#text[this.#at]) {
      case '"':
        return `{"string_value":${this.string()}}`
      case '{':
        return `{"kvlist_value":{"values":${this.pairs((walker) => walker.value(depth + 1))}}}`
      case '[':
        return `{"array_value":{"values":[${this.list(() => this.value(depth + 1))}]}}`
      case 't':
        this.expect('true')
        return '{"bool_value":true}'
      case 'f':
        this.expect('false')
        return '{"bool_value":false}'
      case 'n':
        this.expect('null')
        return '{}'
    }
    const number = this.number()
    return /[.eE]/.test(number) ? `{"double_value":${number}}` : `{"int_value":"${number}"}`
  }

  /** An object as OTLP's list of keys and values. */
  pairs(one: (walker: Walker) => string): string {
    let out = '['
    this.#each('{', '}', () => {
      const key = this.string()
      this.#space()
      this.expect(':')
      this.#space()
      out += `${out === '[' ? '' : ','}{"key":${key},"value":${one(this)}}`
    })
    return `${out}]`
  }

  /** What an array's items are written as, with commas. */
  list(one: () => string): string {
    let out = ''
    this.#each('[', ']', () => {
      const item = one()
      out += out === '' ? item : `,${item}`
    })
    return out
  }

  #each(open: string, close: string, one: () => void): void {
    this.expect(open)
    this.#space()
    if (this.has(close)) return
    do {
      this.#space()
      one()
      this.#space()
    } while (this.has(','))
    this.expect(close)
  }

  #space(): void {
    if (this.#text.charCodeAt(this.#at) > 0x20) return
    SPACE.lastIndex = this.#at
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0
  }
}

/** A quote is part of the string when an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1
  while (text.charCodeAt(at) === BACKSLASH) at--
  return (quote - at) % 2 === 0
}

/** The OTLP span in protobuf's JSON that `traces/get` answers, from a stored content. Its parts are in the order that `spanRow` writes. */
export function toOtlpJson(content: string): string {
  const walker = new Walker(content)
  walker.expect('{"trace_id":')
  let out = `{"trace_id":${walker.string()}`
  walker.expect(',"span_id":')
  out += `,"span_id":${walker.string()}`
  walker.expect(',"parent_span_id":')
  if (!walker.has('null')) out += `,"parent_span_id":${walker.string()}`
  walker.expect(',"name":')
  out += `,"name":${walker.string()}`
  walker.expect(',"start_time_unix_nano":')
  out += `,"start_time_unix_nano":${walker.number()}`
  walker.expect(',"end_time_unix_nano":')
  if (!walker.has('null')) out += `,"end_time_unix_nano":${walker.number()}`
  walker.expect(',"events":')
  const events = walker.list(() => eventJson(walker))
  walker.expect(',"status":{"code":')
  const code = walker.string()
  walker.expect(',"message":')
  const message = walker.string()
  walker.expect('},"attributes":')
  out += `,"attributes":${walker.pairs(attributeValue)}`
  if (events !== '') out += `,"events":[${events}]`
  if (walker.has(',"links":')) out += `,"links":[${walker.list(() => linkJson(walker))}]`
  return `${out},"status":{"message":${message},"code":${code}}}`
}

const plainValues = (walker: Walker): string => walker.pairs((one) => one.value(0))

function eventJson(walker: Walker): string {
  walker.expect('{"name":')
  const name = walker.string()
  walker.expect(',"time_unix_nano":')
  const time = walker.number()
  walker.expect(',"attributes":')
  const out = `{"time_unix_nano":${time},"name":${name},"attributes":${plainValues(walker)}}`
  walker.expect('}')
  return out
}

function linkJson(walker: Walker): string {
  walker.expect('{"trace_id":')
  const trace_id = walker.string()
  walker.expect(',"span_id":')
  const span_id = walker.string()
  walker.expect(',"attributes":')
  const out = `{"trace_id":${trace_id},"span_id":${span_id},"attributes":${plainValues(walker)}}`
  walker.expect('}')
  return out
}

/** Attributes of a span are JSON text inside JSON; what is no JSON, or nested too deep, is text. */
function attributeValue(walker: Walker): string {
  const token = walker.string()
  const text = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
  try {
    return new Walker(text).wholeValue()
  } catch {
    return `{"string_value":${token}}`
  }
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
