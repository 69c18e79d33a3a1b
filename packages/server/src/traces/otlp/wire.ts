import { notOtlp } from './otlp-span.ts'

/** The kinds of protobuf fields that OTLP has. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
const FIXED32 = 5

/**
 * Reads protobuf's wire format from a buffer: copies nothing, looks at nothing outside of the message that it is in, and steps over what
 * it does not know. Every method throws where the bytes end too early.
 */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0
  #end: number
  field = 0
  kind = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Goes to the next field, whose number and kind are in `field` and `kind` then; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = this.#number()
    this.field = Math.floor(tag / 8)
    this.kind = tag % 8
    if (this.field === 0 || this.field > 536_870_911) throw notOtlp('a field has no valid number.')
    return true
  }

  /** Whether the current field is this one; of another kind than it should be, it is an error. */
  is(field: number, kind: number): boolean {
    if (this.field !== field) return false
    if (this.kind !== kind) throw notOtlp(`field ${field} is of another kind than it should be.`)
    return true
  }

  /** Goes into the field's message: `next` is about its fields until `leave`, which takes what this gave. */
  enter(): number {
    const outer = this.#end
    const length = this.#number()
    const at = this.#take(length)
    this.#at = at
    this.#end = at + length
    return outer
  }

  /** Goes on behind a message that was read to its end. */
  leave(outer: number): void {
    this.#end = outer
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw notOtlp('a number is longer than 64 bits.')
  }

  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  text(): string {
    const length = this.#number()
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  encoded(encoding: 'hex' | 'base64'): string {
    const length = this.#number()
    const at = this.#take(length)
    return this.#bytes.toString(encoding, at, at + length)
  }

  skip(): void {
    if (this.kind === VARINT) this.varint()
    else if (this.kind === FIXED64) this.#take(8)
    else if (this.kind === BYTES) this.#take(this.#number())
    else if (this.kind === FIXED32) this.#take(4)
    else throw notOtlp('a field is of a kind that OTLP does not have.')
  }

  /** Tags and lengths: what is beyond the numbers that are exact is too long for any buffer. */
  #number(): number {
    const first = this.#byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let factor = 128; factor <= 2 ** 42; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw notOtlp('a length or a field is no number that can be.')
  }

  #byte(): number {
    if (this.#at >= this.#end) throw notOtlp('the bytes end within a number.')
    return this.#bytes[this.#at++] as number
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) throw notOtlp('the bytes end within a field.')
    this.#at = at + length
    return at
  }
}
