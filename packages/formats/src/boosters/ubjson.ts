import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'

/** A value of UBJSON as XGBoost writes it. Arrays of one type are typed arrays; objects have no prototype. */
export type Ubjson = string | number | boolean | null | readonly Ubjson[] | NumberArray | UbjsonObject
export type UbjsonObject = { readonly [key: string]: Ubjson }
export type NumberArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array

const BYTES_MAX = 1024 * 1024 * 1024
const DEPTH_MAX = 64

/** Reads a whole file of UBJSON. @throws Unreadable, also for what follows the value */
export function readUbjson(source: Source): Ubjson {
  if (source.size > BYTES_MAX) throw new Unreadable('the file is too big', 0, true)
  const reader = new Reader(source.read(0, source.size))
  const value = reader.value(reader.type(), 0)
  if (reader.at !== reader.bytes.length) throw new Unreadable('something follows the value', reader.at)
  return value
}

class Reader {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  take(count: number): number {
    if (count < 0 || this.at + count > this.bytes.length) throw new Unreadable('it ends in the middle', this.at)
    this.at += count
    return this.at - count
  }

  type(): string {
    return String.fromCharCode(this.bytes[this.take(1)] ?? 0)
  }

  value(type: string, depth: number): Ubjson {
    if (depth > DEPTH_MAX) throw new Unreadable(`it is nested deeper than ${DEPTH_MAX}`, this.at, true)
    switch (type) {
      case 'Z':
        return null
      case 'T':
        return true
      case 'F':
        return false
      case 'S':
      case 'H':
        return this.text()
      case 'C':
        return this.type()
      case '[':
        return this.array(depth)
      case '{':
        return this.object(depth)
      default:
        return this.number(type)
    }
  }

  number(type: string): number {
    const { bytes } = this
    switch (type) {
      case 'i':
        return bytes.readInt8(this.take(1))
      case 'U':
        return bytes.readUInt8(this.take(1))
      case 'I':
        return bytes.readInt16BE(this.take(2))
      case 'l':
        return bytes.readInt32BE(this.take(4))
      case 'L':
        return Number(bytes.readBigInt64BE(this.take(8)))
      case 'd':
        return bytes.readFloatBE(this.take(4))
      case 'D':
        return bytes.readDoubleBE(this.take(8))
      default:
        throw new Unreadable(`${JSON.stringify(type)} is no type`, this.at)
    }
  }

  /** Takes one byte if it is this one. */
  follows(byte: number): boolean {
    const found = this.bytes[this.at] === byte
    if (found) this.at++
    return found
  }

  /** A length, which no file can be too short for. */
  count(): number {
    const count = this.number(this.type())
    if (!Number.isSafeInteger(count) || count < 0 || count > this.bytes.length) throw new Unreadable('a length is none', this.at)
    return count
  }

  text(): string {
    const count = this.count()
    const start = this.take(count)
    return this.bytes.toString('utf8', start, start + count)
  }

  array(depth: number): Ubjson {
    const type = this.follows(0x24) ? this.type() : undefined
    if (this.follows(0x23)) {
      const count = this.count()
      if (type !== undefined) return this.numbers(type, count, depth)
      return Array.from({ length: count }, () => this.value(this.type(), depth + 1))
    }
    if (type !== undefined) throw new Unreadable('an array has a type and no length', this.at)
    const items: Ubjson[] = []
    while (this.bytes[this.at] !== 0x5d) items.push(this.value(this.type(), depth + 1))
    this.take(1)
    return items
  }

  numbers(type: string, count: number, depth: number): Ubjson {
    const made = typed(type, count)
    if (!made) {
      if ('ZTF'.includes(type)) throw new Unreadable('an array of a type without bytes', this.at)
      return Array.from({ length: count }, () => this.value(type, depth + 1))
    }
    if (this.at + count * Math.max(1, type === 'L' ? 8 : made.BYTES_PER_ELEMENT) > this.bytes.length) {
      throw new Unreadable('it ends in the middle', this.at)
    }
    for (let at = 0; at < count; at++) made[at] = this.number(type)
    return made
  }

  object(depth: number): UbjsonObject {
    const made: Record<string, Ubjson> = Object.create(null)
    if (this.bytes[this.at] === 0x24) throw new Unreadable('objects of one type are not read', this.at)
    const counted = this.follows(0x23) ? this.count() : -1
    for (let done = 0; counted === -1 ? this.bytes[this.at] !== 0x7d : done < counted; done++) {
      const key = this.text()
      if (key in made) throw new Unreadable(`the key ${key.slice(0, 100)} stands there twice`, this.at)
      made[key] = this.value(this.type(), depth + 1)
    }
    if (counted === -1) this.take(1)
    return made
  }
}

function typed(type: string, count: number): NumberArray | undefined {
  switch (type) {
    case 'i':
      return new Int8Array(count)
    case 'U':
      return new Uint8Array(count)
    case 'I':
      return new Int16Array(count)
    case 'l':
      return new Int32Array(count)
    case 'd':
      return new Float32Array(count)
    case 'L':
    case 'D':
      return new Float64Array(count)
    default:
      return undefined
  }
}
