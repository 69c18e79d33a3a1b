import { type Literal, readNpyHeader, type Source, Unreadable } from '@millrace/formats'
import type { Value } from './estimator.ts'

/** An array of numpy. Its elements stand in C order, as numbers, as items (texts, objects), or as numbers by the fields of a record. */
export class NdArray {
  readonly shape: readonly number[]
  readonly numbers: Float64Array | undefined
  readonly items: readonly Value[] | undefined
  readonly fields: ReadonlyMap<string, Float64Array> | undefined
  /** Numbers that are booleans. */
  readonly is_boolean: boolean

  constructor(
    shape: readonly number[],
    elements: { numbers?: Float64Array; items?: readonly Value[]; fields?: ReadonlyMap<string, Float64Array>; is_boolean?: boolean },
  ) {
    this.shape = shape
    this.numbers = elements.numbers
    this.items = elements.items
    this.fields = elements.fields
    this.is_boolean = elements.is_boolean ?? false
  }
}

const DIMENSIONS_MAX = 8
const BYTES_MAX = 1024 * 1024 * 1024

/** Reads a whole `.npy` without objects. @throws Unreadable */
export function readNpy(source: Source): NdArray {
  const { descr, fortran_order, shape, item_bytes, has_objects, data_at, elements } = readNpyHeader(source)
  if (has_objects) throw new Unreadable('an array of Python objects is no data', data_at)
  if (shape.length > DIMENSIONS_MAX) throw new Unreadable(`an array has more than ${DIMENSIONS_MAX} dimensions`, data_at, true)
  const bytes = elements * item_bytes
  if (!Number.isSafeInteger(elements) || bytes > BYTES_MAX) throw new Unreadable('an array is too big', data_at, true)
  if (data_at + bytes !== source.size) throw new Unreadable(`an array of ${bytes} bytes has ${source.size - data_at}`, data_at)
  const read = elementsOf(source.read(data_at, bytes), descr, elements, item_bytes)
  return fortran_order && shape.length > 1 ? inCOrder(new NdArray(shape, read)) : new NdArray(shape, read)
}

type Elements = { numbers?: Float64Array; items?: Value[]; fields?: Map<string, Float64Array>; is_boolean?: boolean }

/** Reads elements by their dtype. @throws Unreadable */
export function elementsOf(bytes: Buffer, descr: Literal, elements: number, item_bytes: number): Elements {
  if (Array.isArray(descr)) {
    const fields = new Map<string, Float64Array>()
    let at = 0
    for (const field of descr as readonly Literal[]) {
      const [name, type, ...shape] = Array.isArray(field) ? (field as readonly Literal[]) : []
      if (typeof name !== 'string' || typeof type !== 'string' || shape.length > 0) throw new Unreadable('a record is nested', 0)
      const read = READERS[type.replace(/^[=|]/, '<')]
      const width = read?.width ?? paddingOf(type)
      if (read) fields.set(name, numbersOf(bytes, read, elements, item_bytes, at))
      at += width
    }
    return { fields }
  }
  if (typeof descr !== 'string') throw new Unreadable('an array has no dtype', 0)
  const read = READERS[descr.replace(/^[=|]/, '<')]
  if (read) return { numbers: numbersOf(bytes, read, elements, item_bytes, 0), is_boolean: /b1$|\?$/.test(descr) }
  if (/^[<|]?[US]\d+$/.test(descr)) return { items: textsOf(bytes, descr, elements, item_bytes) }
  throw new Unreadable(`an array is of ${descr.slice(0, 40)}, which is not read here`, 0)
}

function paddingOf(type: string): number {
  const [, width] = /^\|V(\d+)$/.exec(type) ?? []
  if (width === undefined) throw new Unreadable(`a field is of ${type.slice(0, 40)}, which is not read here`, 0)
  return Number(width)
}

type NumberReader = { readonly width: number; read(view: DataView, at: number): number }

/** By dtype, with `=` and `|` taken for little-endian: all machines that numpy runs on today are. */
const READERS: Readonly<Record<string, NumberReader>> = Object.assign(Object.create(null), {
  '<f8': { width: 8, read: (view, at) => view.getFloat64(at, true) },
  '>f8': { width: 8, read: (view, at) => view.getFloat64(at) },
  '<f4': { width: 4, read: (view, at) => view.getFloat32(at, true) },
  '>f4': { width: 4, read: (view, at) => view.getFloat32(at) },
  '<i8': { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  '<u8': { width: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  '<i4': { width: 4, read: (view, at) => view.getInt32(at, true) },
  '<u4': { width: 4, read: (view, at) => view.getUint32(at, true) },
  '<i2': { width: 2, read: (view, at) => view.getInt16(at, true) },
  '<u2': { width: 2, read: (view, at) => view.getUint16(at, true) },
  '<i1': { width: 1, read: (view, at) => view.getInt8(at) },
  '<u1': { width: 1, read: (view, at) => view.getUint8(at) },
  '<b1': { width: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
} satisfies Record<string, NumberReader>)

function numbersOf(bytes: Buffer, { read, width }: NumberReader, elements: number, stride: number, offset: number): Float64Array {
  if (offset + width > stride) throw new Unreadable('a field lies outside its record', offset)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const made = new Float64Array(elements)
  for (let at = 0; at < elements; at++) made[at] = read(view, at * stride + offset)
  return made
}

function textsOf(bytes: Buffer, descr: string, elements: number, item_bytes: number): string[] {
  const made: string[] = []
  for (let at = 0; at < elements; at++) {
    const item = bytes.subarray(at * item_bytes, (at + 1) * item_bytes)
    if (!descr.includes('U')) {
      made.push(item.toString('latin1').replace(/\0+$/, ''))
      continue
    }
    let text = ''
    for (let unit = 0; unit < item.length; unit += 4) {
      const point = item.readUInt32LE(unit)
      if (point > 0x10ffff) throw new Unreadable('a text holds what is no character', at)
      text += String.fromCodePoint(point)
    }
    made.push(text.replace(/\0+$/, ''))
  }
  return made
}

/** The same array with its last index running fastest. */
export function inCOrder({ shape, numbers, items, fields, is_boolean }: NdArray): NdArray {
  const count = shape.reduce((all, size) => all * size, 1)
  const from = new Int32Array(count)
  const strides: number[] = []
  let stride = 1
  for (const size of shape) {
    strides.push(stride)
    stride *= size
  }
  for (let at = 0; at < count; at++) {
    let rest = at
    let place = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number
      place += (rest % size) * (strides[axis] as number)
      rest = Math.floor(rest / size)
    }
    from[at] = place
  }
  const turned = (all: Float64Array): Float64Array => Float64Array.from(from, (place) => all[place] as number)
  return new NdArray(shape, {
    is_boolean,
    ...(numbers && { numbers: turned(numbers) }),
    ...(items && { items: Array.from(from, (place) => items[place] as Value) }),
    ...(fields && { fields: new Map([...fields].map(([name, all]) => [name, turned(all)])) }),
  })
}
