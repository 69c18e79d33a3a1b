import { Unreadable } from '../unreadable.ts'

/** A value of JSON. Objects have no prototype, so that no key means anything but itself. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

/** What a document is, and what in it readers disagree on. */
export type JsonDocument = { readonly value: Json /** Keys that an object has twice. */; readonly duplicates: readonly string[] }

export type JsonLimits = { readonly depth_max: number; readonly bytes_max: number }
export const JSON_LIMITS: JsonLimits = { depth_max: 256, bytes_max: 256 * 1024 * 1024 }

const NUMBER = /-?(?:Infinity|NaN|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/y
const SPACE = /[ \t\r\n]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has no control characters in its texts
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
// A string without escapes or with few, by far the most: one step of the expression above for each character is slow for long ones.
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const PLAIN = /"[^"\\\u0000-\u001f]*"/y
const DUPLICATES_MAX = 100

/** Reads JSON as Python does (NaN and Infinity are numbers), with a limit on nesting. @throws Unreadable */
export function readJson(text: string, limits: JsonLimits = JSON_LIMITS): JsonDocument {
  if (text.length > limits.bytes_max) throw new Unreadable('the JSON is too long', 0, true)
  const reader = new Reader(text, limits.depth_max)
  const value = reader.value(0)
  reader.space()
  if (reader.at !== text.length) reader.fail('something follows the value')
  return { value, duplicates: reader.duplicates }
}

class Reader {
  readonly text: string
  readonly depth_max: number
  readonly duplicates: string[] = []
  at = 0

  constructor(text: string, depth_max: number) {
    this.text = text
    this.depth_max = depth_max
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  }

  fail(message: string): never {
    throw new Unreadable(`${message} (character ${this.at})`, this.at)
  }

  space(): void {
    const code = this.text.charCodeAt(this.at)
    if (code > 32) return
    SPACE.lastIndex = this.at
    SPACE.exec(this.text)
    this.at = SPACE.lastIndex
  }

  value(depth: number): Json {
    if (depth > this.depth_max) throw new Unreadable(`the JSON is nested deeper than ${this.depth_max}`, this.at, true)
    this.space()
    const first = this.text[this.at]
    if (first === '{') return this.object(depth)
    if (first === '[') return this.array(depth)
    if (first === '"') return this.string()
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    return this.number()
  }

  number(): number {
    NUMBER.lastIndex = this.at
    const found = NUMBER.exec(this.text)?.[0]
    if (found === undefined) return this.fail('no value stands where one has to')
    this.at += found.length
    return Number(found)
  }

  string(): string {
    for (const pattern of [PLAIN, STRING]) {
      pattern.lastIndex = this.at
      const found = pattern.exec(this.text)?.[0]
      if (found === undefined) continue
      this.at += found.length
      return pattern === PLAIN ? found.slice(1, -1) : (JSON.parse(found) as string)
    }
    return this.fail('a text does not end')
  }

  array(depth: number): Json[] {
    const items: Json[] = []
    this.at++
    this.space()
    if (this.text[this.at] === ']') this.at++
    else {
      do items.push(this.value(depth + 1))
      while (this.next(']'))
    }
    return items
  }

  object(depth: number): JsonObject {
    const made: Record<string, Json> = Object.create(null)
    this.at++
    this.space()
    if (this.text[this.at] === '}') this.at++
    else {
      do {
        this.space()
        const key = this.text[this.at] === '"' ? this.string() : this.fail('a key is no text')
        this.space()
        if (this.text[this.at++] !== ':') this.fail('a colon is missing')
        if (key in made && this.duplicates.length < DUPLICATES_MAX) this.duplicates.push(key)
        made[key] = this.value(depth + 1)
      } while (this.next('}'))
    }
    return made
  }

  /** Whether a comma follows rather than the end. */
  next(close: string): boolean {
    this.space()
    const found = this.text[this.at++]
    if (found !== ',' && found !== close) this.fail(`a comma or ${close} is missing`)
    return found === ','
  }
}

const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** Whether a value of JSON is an object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
