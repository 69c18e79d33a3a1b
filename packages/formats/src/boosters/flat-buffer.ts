import { Unreadable } from '../unreadable.ts'

/** What a field of a table holds, as the format's schema has it. */
export type Shape =
  /** Numbers and structures, which stand in the table itself: whole numbers of 1 or 4 bytes, unless it says otherwise. */
  | { readonly of: 'bytes'; readonly width: number; readonly as?: 'float' | 'structure' }
  | { readonly of: 'text' }
  | { readonly of: 'table'; readonly fields: () => Fields }
  | { readonly of: 'list'; readonly items: Exclude<Shape, { of: 'list' }> }

/** The fields of a table by name, in the schema's order. */
export type Fields = Readonly<Record<string, Shape>>

/** Texts and numbers of a table; lists of numbers and structures as their bytes, of tables as tables. */
export type Flat = { readonly [name: string]: number | string | Buffer | Flat | readonly (string | Flat)[] }

const DEPTH_MAX = 16
/** What is read may be meant from several places, but not without end: a small file would else be a long walk. */
const TIMES_MAX = 4

/** Walks a FlatBuffer by its schema: every offset, length and field must lie within. Nothing is believed of it. */
export class FlatBuffer {
  readonly #bytes: Buffer
  #left: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#left = bytes.length * TIMES_MAX
  }

  /** The root. @throws Unreadable when anything lies outside, or a field is not in the schema */
  root(fields: Fields): Flat {
    return this.#table(this.#target(0), fields, 0)
  }

  #number(at: number, width: 1 | 2 | 4): number {
    if (at < 0 || at + width > this.#bytes.length) throw new Unreadable('an offset in it leads out of it', at)
    return this.#bytes.readUIntLE(at, width)
  }

  #spend(bytes: number, at: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new Unreadable('the same is meant in it again and again', at, true)
  }

  /** Where an offset leads: forward, by what it says. */
  #target(at: number): number {
    const by = this.#number(at, 4)
    if (by < 4 || at + by >= this.#bytes.length) throw new Unreadable('an offset in it leads out of it', at)
    return at + by
  }

  #table(at: number, fields: Fields, depth: number): Flat {
    if (depth > DEPTH_MAX) throw new Unreadable(`tables in tables, more than ${DEPTH_MAX}`, at, true)
    this.#number(at, 4)
    const directory = at - this.#bytes.readInt32LE(at)
    const length = this.#number(directory, 2)
    const width = this.#number(directory + 2, 2)
    if (length < 4 || length % 2 !== 0 || at + width > this.#bytes.length) throw new Unreadable('a table in it has no directory', at)
    if (length > 4) this.#number(directory + length - 2, 2)
    this.#spend(width, at)
    const names = Object.keys(fields)
    const found: Record<string, Flat[string]> = {}
    for (let field = 0; field < (length - 4) / 2; field++) {
      const inside = this.#number(directory + 4 + field * 2, 2)
      if (inside === 0) continue
      const shape = fields[names[field] ?? '']
      if (!shape) throw new Unreadable(`a table in it has a field ${field}, which is not known`, at)
      const bytes = shape.of === 'bytes' ? shape.width : 4
      if (inside < 4 || inside + bytes > width) throw new Unreadable('a field in it lies outside of its table', at)
      found[names[field] as string] = this.#field(at + inside, shape, depth)
    }
    return found
  }

  #field(at: number, shape: Shape, depth: number): Flat[string] {
    if (shape.of === 'bytes') return this.#scalar(at, shape)
    if (shape.of === 'list') return this.#list(this.#target(at), shape.items, depth)
    return this.#item(at, shape, depth)
  }

  #scalar(at: number, { width, as }: Extract<Shape, { of: 'bytes' }>): number | Buffer {
    if (as === 'structure') return this.#bytes.subarray(at, at + width)
    if (as === 'float') return width === 8 ? this.#bytes.readDoubleLE(at) : this.#bytes.readFloatLE(at)
    return width === 1 ? this.#bytes.readInt8(at) : this.#bytes.readInt32LE(at)
  }

  #item(at: number, shape: Exclude<Shape, { of: 'list' | 'bytes' }>, depth: number): string | Flat {
    return shape.of === 'text' ? this.#text(this.#target(at)) : this.#table(this.#target(at), shape.fields(), depth + 1)
  }

  #text(at: number): string {
    const length = this.#number(at, 4)
    if (at + 4 + length >= this.#bytes.length || this.#bytes[at + 4 + length] !== 0) throw new Unreadable('a text in it does not end', at)
    this.#spend(length, at)
    return this.#bytes.toString('utf8', at + 4, at + 4 + length)
  }

  #list(at: number, items: Exclude<Shape, { of: 'list' }>, depth: number): Buffer | readonly (string | Flat)[] {
    const count = this.#number(at, 4)
    const width = items.of === 'bytes' ? items.width : 4
    if (at + 4 + count * width > this.#bytes.length) throw new Unreadable('a list in it is longer than it', at)
    if (items.of === 'bytes') return this.#bytes.subarray(at + 4, at + 4 + count * width)
    this.#spend(count * width, at)
    return Array.from({ length: count }, (_, index) => this.#item(at + 4 + index * 4, items, depth))
  }
}
