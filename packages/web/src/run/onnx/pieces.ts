const PIECE_BYTES = 2 ** 20
const FETCHED_MAX_BYTES = 64 * 2 ** 20

/** Gives the bytes of a file from `start` to before `end`. */
export type Fetcher = (start: number, end: number) => Promise<Uint8Array>

/** A field of a message of protobuf: a number, or where its bytes are. */
export type Field = { readonly number: number; readonly varint: number; readonly start: number; readonly end: number }

/** Reads a file of protobuf messages in pieces: a gigabyte of weights between two of them is passed over, and not fetched. */
export class Pieces {
  readonly size: number
  readonly #fetch: Fetcher
  #piece = new Uint8Array()
  #from = 0
  #fetched = 0

  constructor(size: number, fetch: Fetcher) {
    this.size = size
    this.#fetch = fetch
  }

  /** The bytes of a stretch; fewer only at the end of the file. @throws NotShown where more would be fetched than a preview may */
  async at(start: number, end: number): Promise<Uint8Array> {
    const last = Math.min(end, this.size)
    if (start < this.#from || last > this.#from + this.#piece.length) {
      const to = Math.min(this.size, Math.max(last, start + PIECE_BYTES))
      this.#fetched += to - start
      if (this.#fetched > FETCHED_MAX_BYTES) throw new NotShown('The graph is too large for a preview: download the file.')
      this.#piece = new Uint8Array(await this.#fetch(start, to))
      this.#from = start
    }
    return this.#piece.subarray(start - this.#from, last - this.#from)
  }

  /** The fields of a message that stands between two places, one after the other. @throws NotShown where it is none */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end; ) {
      // A tag and a length have at most ten bytes each.
      const field = fieldAt(await this.at(at, Math.min(end, at + 20)), 0)
      if (at + field.end > end) throw new NotShown(BROKEN)
      yield { ...field, start: at + field.start, end: at + field.end }
      at += field.end
    }
  }
}

const BROKEN = 'This is no ONNX model, or it is broken.'

/** Why a graph is not shown, as a sentence for people. */
export class NotShown extends Error {}

/** The fields of a message that is in memory. @throws NotShown where it is none */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let at = 0; at < message.length; ) {
    const field = fieldAt(message, at)
    if (field.end > message.length) throw new NotShown(BROKEN)
    yield field
    at = field.end
  }
}

function fieldAt(bytes: Uint8Array, from: number): Field {
  const { value: tag, end: at } = varintAt(bytes, from)
  const number = Math.floor(tag / 8)
  const type = tag % 8
  if (type === 0) {
    const { value, end } = varintAt(bytes, at)
    return { number, varint: value, start: end, end }
  }
  const length = type === 2 ? varintAt(bytes, at) : { value: type === 5 ? 4 : 8, end: at }
  if (number <= 0 || length.value < 0 || (type !== 1 && type !== 2 && type !== 5)) throw new NotShown(BROKEN)
  return { number, varint: 0, start: length.end, end: length.end + length.value }
}

/** A number that stands at a place, and where it ends: up to ten bytes of seven bits each. @throws NotShown where it is none */
export function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } {
  // Numbers below 0 are written as they are in 64 bits: what is missing to their end is small, and so exact.
  let [value, missing, scale] = [0, 0, 1]
  for (let end = at; end < at + 10; scale *= 128) {
    const byte = bytes[end++]
    if (byte === undefined) break
    const bits = byte & 0x7f
    if (byte < 0x80) return { value: end === at + 10 ? -missing - 1 : value + bits * scale, end }
    value += bits * scale
    missing += (0x7f - bits) * scale
  }
  throw new NotShown(BROKEN)
}
