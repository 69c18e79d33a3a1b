import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'

/** What a GGUF file tells of itself. Arrays are given by their length; texts in them only where they are few. */
export type Gguf = { readonly version: number; readonly texts: ReadonlyMap<string, string>; readonly tensors: number }

const KEYS_MAX = 65_536
const TENSORS_MAX = 1_000_000
const TEXT_MAX_BYTES = 64 * 1024 * 1024
const DIMENSIONS_MAX = 8
// Bytes of a value of each type; 8 and 9 are texts and arrays.
const WIDTHS = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]
const TEXT = 8
const ARRAY = 9
const NESTED_MAX = 4

/** Reads the header: keys, values, and the descriptions of the tensors. @throws Unreadable */
export function readGguf(source: Source): Gguf {
  const reader = new Reader(source)
  const version = reader.uint32()
  if (version < 2 || version > 3) throw new Unreadable(`it has version ${version}`, 4)
  const tensors = reader.count(TENSORS_MAX, 'tensors')
  const keys = reader.count(KEYS_MAX, 'keys')
  const texts = new Map<string, string>()
  const seen = new Set<string>()
  for (let done = 0; done < keys; done++) {
    const key = reader.text()
    if (seen.has(key)) throw new Unreadable(`the key ${key.slice(0, 100)} stands there twice`, reader.at)
    seen.add(key)
    const type = reader.uint32()
    if (type === TEXT) texts.set(key, reader.text())
    else reader.skip(type, 0)
  }
  for (let done = 0; done < tensors; done++) reader.tensor(seen)
  return { version, texts, tensors }
}

class Reader {
  readonly source: Source
  at = 4
  #window: Buffer = Buffer.alloc(0)
  #from = 0

  constructor(source: Source) {
    this.source = source
  }

  /** The next bytes, in pieces of a window, since most of them are few. */
  take(count: number): Buffer {
    if (count < 0 || this.at + count > this.source.size) throw new Unreadable('it ends in the middle', this.at)
    if (this.at < this.#from || this.at + count > this.#from + this.#window.length) {
      this.#from = this.at
      this.#window = this.source.read(this.at, Math.max(count, 65_536))
    }
    const start = this.at - this.#from
    this.at += count
    return this.#window.subarray(start, start + count)
  }

  uint32(): number {
    return this.take(4).readUInt32LE(0)
  }

  count(max: number, what: string): number {
    const count = this.take(8).readBigUInt64LE(0)
    if (count > BigInt(max)) throw new Unreadable(`it says that it has ${count} ${what}`, this.at)
    return Number(count)
  }

  text(): string {
    return this.take(this.count(Math.min(TEXT_MAX_BYTES, this.source.size), 'bytes in a text')).toString('utf8')
  }

  skip(type: number, depth: number): void {
    if (type === TEXT) this.text()
    else if (type === ARRAY) {
      if (depth > NESTED_MAX) throw new Unreadable('arrays are nested too deep', this.at)
      const of = this.uint32()
      const count = this.count(this.source.size, 'values in an array')
      const width = WIDTHS[of] ?? 0
      if (width > 0) this.#move(count * width)
      else for (let done = 0; done < count; done++) this.skip(of, depth + 1)
    } else if ((WIDTHS[type] ?? 0) > 0) this.#move(WIDTHS[type] ?? 0)
    else throw new Unreadable(`a value has type ${type}`, this.at)
  }

  #move(count: number): void {
    if (this.at + count > this.source.size) throw new Unreadable('it ends in the middle', this.at)
    this.at += count
  }

  tensor(seen: Set<string>): void {
    const name = this.text()
    if (seen.has(`tensor ${name}`)) throw new Unreadable(`the tensor ${name.slice(0, 100)} stands there twice`, this.at)
    seen.add(`tensor ${name}`)
    const dimensions = this.uint32()
    if (dimensions > DIMENSIONS_MAX) throw new Unreadable(`a tensor has ${dimensions} dimensions`, this.at)
    let elements = 1
    for (let done = 0; done < dimensions; done++) elements *= Number(this.take(8).readBigUInt64LE(0))
    this.uint32()
    const offset = Number(this.take(8).readBigUInt64LE(0))
    // Eight elements take at least a byte in every type that there is.
    if (offset > this.source.size || elements / 8 > this.source.size)
      throw new Unreadable(`the tensor ${name.slice(0, 100)} is not in the file`, this.at)
  }
}
