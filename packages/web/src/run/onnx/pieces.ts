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
  let at = from
  const varint = (): number => {
    let value = 0
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw new NotShown(BROKEN)
  }
  const tag = varint()
  const number = Math.floor(tag / 8)
  const type = tag % 8
  if (type === 0) {
    const value = varint()
    return { number, varint: value, start: at, end: at }
  }
  const length = type === 2 ? varint() : type === 5 ? 4 : type === 1 ? 8 : undefined
  if (number === 0 || length === undefined) throw new NotShown(BROKEN)
  return { number, varint: 0, start: at, end: at + length }
}
