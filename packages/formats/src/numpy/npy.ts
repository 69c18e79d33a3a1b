import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { type Literal, readLiteral } from './literal.ts'

/** The header of an array: what its elements are, and how many. */
export type NpyHeader = {
  readonly descr: Literal
  readonly fortran_order: boolean
  readonly shape: readonly number[]
  /** Bytes of one element; 0 for Python objects. */
  readonly item_bytes: number
  /** The elements are Python objects: what follows is a pickle. */
  readonly has_objects: boolean
  readonly data_at: number
  readonly elements: number
}

const HEADER_MAX_BYTES = 1024 * 1024

/** Reads the header of a `.npy`. @throws Unreadable */
export function readNpyHeader(source: Source): NpyHeader {
  const start = source.read(0, 12)
  if (start.length < 10 || start.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Unreadable('it is no array of numpy', 0)
  const version = start[6] ?? 0
  if (version < 1 || version > 3) throw new Unreadable(`it has version ${version} of numpy's format`, 6)
  const at = version === 1 ? 10 : 12
  const length = version === 1 ? start.readUInt16LE(8) : start.length === 12 ? start.readUInt32LE(8) : 0
  if (length > HEADER_MAX_BYTES) throw new Unreadable('its header is too long', 8, true)
  if (at + length > source.size) throw new Unreadable('its header ends in the middle', 8)
  const header = readLiteral(source.read(at, length).toString(version === 3 ? 'utf8' : 'latin1'))
  if (!(header instanceof Map) || header.size !== 3) throw new Unreadable('its header is no dict of three', at)
  const descr = header.get('descr')
  const shape = header.get('shape')
  const fortran_order = header.get('fortran_order')
  if (descr === undefined || !Array.isArray(shape) || typeof fortran_order !== 'boolean') throw new Unreadable('its header lacks a key', at)
  if (!shape.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) {
    throw new Unreadable('its shape is no tuple of sizes', at)
  }
  const elements = (shape as number[]).reduce((all, size) => all * size, 1)
  return { descr, fortran_order, shape: shape as number[], ...dtypeOf(descr, at, 0), data_at: at + length, elements }
}

type Dtype = { readonly item_bytes: number; readonly has_objects: boolean }
const DTYPE = /^[<>|=]?([?bBhHiIlLqQefdgFDGSaUVOmMpuc])(\d*)(?:\[[\w/]+\])?$/

/** The size of an element. @throws Unreadable for what is no dtype */
function dtypeOf(descr: Literal, at: number, depth: number): Dtype {
  if (depth > 16) throw new Unreadable('its dtype is nested too deep', at)
  if (typeof descr === 'string') return simple(descr, at)
  if (!Array.isArray(descr)) throw new Unreadable('its dtype is none', at)
  let item_bytes = 0
  let has_objects = false
  for (const field of descr) {
    if (!Array.isArray(field) || field.length < 2 || field.length > 3) throw new Unreadable('a field of its dtype is none', at)
    const [, type, shape = []] = field as [Literal, Literal, Literal?]
    const inner = dtypeOf(type, at, depth + 1)
    const sizes = (Array.isArray(shape) ? shape : [shape]) as Literal[]
    if (!sizes.every((size) => typeof size === 'number' && size >= 0)) throw new Unreadable('a field of its dtype has no shape', at)
    item_bytes += inner.item_bytes * (sizes as number[]).reduce((all, size) => all * size, 1)
    has_objects ||= inner.has_objects
  }
  return { item_bytes, has_objects }
}

/** A dtype by its code, as in `<f8`. @throws Unreadable */
export function simple(code: string, at: number): Dtype {
  const [, kind = '', digits = ''] = DTYPE.exec(code) ?? []
  if (kind === '') throw new Unreadable(`its dtype is ${JSON.stringify(code.slice(0, 40))}`, at)
  if (kind === 'O') return { item_bytes: 0, has_objects: true }
  const width = digits === '' ? 1 : Number(digits)
  return { item_bytes: kind === 'U' ? 4 * width : width, has_objects: false }
}
