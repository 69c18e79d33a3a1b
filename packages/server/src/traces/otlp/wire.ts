import { notOtlp } from './otlp-span.ts'

/** The kinds of protobuf fields that OTLP has. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
const FIXED32 = 5

/**
 * Reads protobuf's wire format from a piece of a buffer: copies nothing, looks at nothing outside, and steps over what it does not know.
 * Every method throws where the bytes end too early.
 */
export class WireReader {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number
  field = 0
  kind = 0

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Goes to the next field, whose number and kind are in `field` and `kind` then; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = Number(this.varint())
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

  varint(): bigint {
    let low = 0
    let high = 0n
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw notOtlp('the bytes end within a number.')
      const byte = this.#bytes[this.#at++] as number
      if (shift < 28) low += (byte & 0x7f) * 2 ** shift
      else high |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte < 0x80) return BigInt.asUintN(64, BigInt(low) | high)
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
    const [at, end] = this.#piece()
    return this.#bytes.toString('utf8', at, end)
  }

  encoded(encoding: 'hex' | 'base64'): string {
    const [at, end] = this.#piece()
    return this.#bytes.toString(encoding, at, end)
  }

  message(): WireReader {
    const [at, end] = this.#piece()
    return new WireReader(this.#bytes, at, end)
  }

  skip(): void {
    if (this.kind === VARINT) this.varint()
    else if (this.kind === FIXED64) this.#take(8)
    else if (this.kind === BYTES) this.#piece()
    else if (this.kind === FIXED32) this.#take(4)
    else throw notOtlp('a field is of a kind that OTLP does not have.')
  }

  #piece(): [at: number, end: number] {
    const length = Number(this.varint())
    const at = this.#take(length)
    return [at, at + length]
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) throw notOtlp('the bytes end within a field.')
    this.#at = at + length
    return at
  }
}
