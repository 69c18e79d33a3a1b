import { Unreadable } from '../unreadable.ts'

/** What came out of a packed stream: all of it, or as much as there was before the problem. */
export type Unpacked = { readonly bytes: Buffer; readonly problem?: string }

/** How much may come out. */
export type UnpackLimits = { readonly max_bytes: number; readonly packed_bytes: number }

const START_BYTES = 64 * 1024
/** So much may come out of however little, and beyond that so many times what went in: weights do not pack like that, and bombs do. */
const FREE_BYTES = 16 * 1024 * 1024
const RATIO_MAX = 1000

/** The stream is at its end, or wrong, and what came out so far is all that there is. */
export class Broken extends Error {}

/** The bytes that a decoder gives, which are its dictionary too: what is repeated was written before. */
export class Output {
  bytes = new Uint8Array(START_BYTES)
  length = 0
  readonly #max: number
  readonly #why: string

  constructor({ max_bytes, packed_bytes }: UnpackLimits) {
    const by_ratio = Math.max(FREE_BYTES, packed_bytes * RATIO_MAX)
    this.#max = Math.min(max_bytes, by_ratio)
    this.#why =
      by_ratio < max_bytes ? `unpacked it has more than ${RATIO_MAX} times its size` : `unpacked it has more than ${max_bytes} bytes`
  }

  /** Makes room. @throws Unreadable when it would be more than may come out */
  room(more: number): void {
    const wanted = this.length + more
    if (wanted > this.#max) throw new Unreadable(this.#why, 0, true)
    if (wanted <= this.bytes.length) return
    const larger = new Uint8Array(Math.min(this.#max, Math.max(wanted, this.bytes.length * 2)))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  push(byte: number): void {
    if (this.length === this.bytes.length) this.room(1)
    this.bytes[this.length++] = byte
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Repeats what was written `distance` bytes ago; it may run into what it writes. */
  repeat(distance: number, length: number): void {
    this.room(length)
    const { bytes } = this
    let at = this.length
    const end = at + length
    if (distance === 1) bytes.fill(bytes[at - 1] as number, at, end)
    else if (distance >= length) bytes.copyWithin(at, at - distance, at - distance + length)
    else for (; at < end; at++) bytes[at] = bytes[at - distance] as number
    this.length = end
  }
}

/** Runs a decoder until it is done or can't go on. @throws Unreadable at a limit */
export function unpacking(limits: UnpackLimits, decode: (output: Output) => void): Unpacked {
  const output = new Output(limits)
  let problem: string | undefined
  try {
    decode(output)
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    problem = error.message
  }
  const bytes = Buffer.from(output.bytes.buffer, 0, output.length)
  return problem === undefined ? { bytes } : { bytes, problem }
}
