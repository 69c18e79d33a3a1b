import { Bytes, Global, Instance, type Literal, type Value as Pickled, type Source, simple, Tuple } from '@millrace/formats'
import { elementsOf, inCOrder, NdArray } from '../arrays.ts'
import { refuse, type Value } from '../estimator.ts'

const DIMENSIONS_MAX = 8
const ELEMENTS_MAX = 256 * 1024 * 1024
const FIELDS_MAX = 100

/** The kind of an array's elements, as a `.npy` would say it, and how many bytes each takes. */
export type Dtype = { readonly descr: Literal; readonly item_bytes: number; readonly has_objects: boolean }

/** Reads `numpy.dtype(...)` and its state. */
export function dtypeOf(value: Pickled, depth = 0): Dtype {
  if (depth > 4 || !(value instanceof Instance) || String(value.of) !== 'numpy.dtype' || !(value.args instanceof Tuple)) {
    return refuse('an array of the pickle has no dtype')
  }
  const [code] = value.args.items
  if (typeof code !== 'string' || code.length > 20) return refuse('an array of the pickle has no dtype')
  const [, order, , names, fields, width] = value.state instanceof Tuple ? value.state.items : []
  if (names instanceof Tuple && fields instanceof Map) return recordOf(names, fields, width, depth)
  const plain = simple(code, value.offset)
  return { ...plain, descr: `${order === '>' ? '>' : /^[USO]/.test(code) ? '<' : '<'}${code}` }
}

/** A record: its fields in the order in which they lie, and gaps as padding. */
function recordOf(names: Tuple, fields: ReadonlyMap<Pickled, Pickled>, width: Pickled, depth: number): Dtype {
  if (typeof width !== 'number' || !Number.isInteger(width) || width < 1 || width > 65_536 || names.items.length > FIELDS_MAX)
    return refuse('a record of the pickle has no size')
  const found = names.items.map((name) => {
    const field = fields.get(name)
    const [type, offset] = field instanceof Tuple ? field.items : []
    if (typeof name !== 'string' || typeof offset !== 'number') return refuse('a record of the pickle has a field without a place')
    return { name, offset, ...dtypeOf(type, depth + 1) }
  })
  const descr: Literal[] = []
  let at = 0
  for (const { name, offset, descr: type, item_bytes, has_objects } of found.toSorted((a, b) => a.offset - b.offset)) {
    if (has_objects || typeof type !== 'string' || offset < at) return refuse('a record of the pickle has fields that are no plain numbers')
    if (offset > at) descr.push(['', `|V${offset - at}`])
    descr.push([name, type])
    at = offset + item_bytes
  }
  if (at > width) refuse('a record of the pickle is smaller than its fields')
  return { descr, item_bytes: width, has_objects: false }
}

/** How many elements a shape has, and the shape as numbers. */
export function shapeOf(value: Pickled): { shape: readonly number[]; elements: number } {
  const sizes = value instanceof Tuple ? value.items : [value]
  if (sizes.length > DIMENSIONS_MAX || !sizes.every((size) => typeof size === 'number' && Number.isInteger(size) && size >= 0)) {
    return refuse('an array of the pickle has no shape')
  }
  const elements = (sizes as number[]).reduce((all, size) => all * size, 1)
  if (elements > ELEMENTS_MAX) refuse(`an array of the pickle has ${elements} elements; ${ELEMENTS_MAX} is the most that is served`)
  return { shape: sizes as number[], elements }
}

/** An array of plain elements from its bytes. */
export function arrayOf(bytes: Buffer, { descr, item_bytes, has_objects }: Dtype, shape: readonly number[], in_columns: boolean): NdArray {
  const elements = shape.reduce((all, size) => all * size, 1)
  if (has_objects || bytes.length !== elements * item_bytes)
    refuse(`an array of the pickle with ${elements} elements has ${bytes.length} bytes`)
  const made = new NdArray(shape, elementsOf(bytes, descr, elements, item_bytes))
  return in_columns && shape.length > 1 ? inCOrder(made) : made
}

/** An array of values. */
export function arrayOfValues(items: readonly Value[], shape: readonly number[], elements: number): NdArray {
  return items.length === elements
    ? new NdArray(shape, { items })
    : refuse(`an array of the pickle with ${elements} elements has ${items.length}`)
}

/** The bytes that a value stands for: in the stream, or as old protocols wrote them, by a text of latin-1. */
export function bytesOf(source: Source, value: Pickled): Buffer {
  if (value instanceof Bytes) return source.read(value.offset, value.length)
  if (value instanceof Instance && value.of instanceof Global && value.args instanceof Tuple) {
    const [first, encoding] = value.args.items
    const of = value.of.toString()
    if (of === '_codecs.encode' && encoding === 'latin1') return Buffer.from(textOf(source, first), 'latin1')
    if (/^(builtins|__builtin__)\.(bytes|bytearray)$/.test(of)) return first === undefined ? Buffer.alloc(0) : bytesOf(source, first)
  }
  return refuse('the pickle has something else where bytes have to be')
}

/** A text, also one so long that it stayed in the stream. */
export function textOf(source: Source, value: Pickled): string {
  if (typeof value === 'string') return value
  if (value instanceof Bytes && value.is_text) return source.read(value.offset, value.length).toString('utf8')
  return refuse('the pickle has something else where a text has to be')
}
