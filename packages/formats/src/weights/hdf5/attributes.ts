import { Unreadable } from '../../unreadable.ts'
import { Cursor, type Hdf5File, NOWHERE } from './file.ts'
import { openHeap, readGlobal, readHeap } from './heaps.ts'
import { MESSAGE, type Message, readObject } from './object-header.ts'
import { recordsOf } from './tree.ts'

/** An attribute that is text. */
export type TextAttribute = { readonly name: string; readonly text: string }

const TEXT = 3
const VARIABLE = 9
const TEXTS_MAX = 100_000
const TEXT_MAX_BYTES = 64 * 1024 * 1024

/** The attributes of an object that are texts; of those that are lists of texts, each. @throws Unreadable */
export function textsOf(file: Hdf5File, messages: readonly Message[]): TextAttribute[] {
  const texts: TextAttribute[] = []
  for (const { type, flags, data } of messages) {
    if (type === MESSAGE.attribute) texts.push(...readAttribute(file, unshared(data, flags)))
    else if (type === MESSAGE.attribute_info) for (const one of manyAttributes(file, data)) texts.push(...readAttribute(file, one))
    if (texts.length > TEXTS_MAX) throw new Unreadable('an object has too many texts', data.from, true)
  }
  return texts
}

/** A message that is kept elsewhere, in a table for the whole file, is one that no model has. */
function unshared(data: Cursor, flags: number): Cursor {
  if (flags & 0x02) throw new Unreadable('an attribute is kept in a table', data.from)
  return data
}

/** The attributes of an object with many, or with long ones: in a heap, by a tree of their names. */
function manyAttributes(file: Hdf5File, info: Cursor): Cursor[] {
  info.skip(1)
  const flags = info.number(1)
  if (flags & 1) info.skip(2)
  const heap_at = info.address()
  const names_at = info.address()
  if (heap_at === NOWHERE || names_at === NOWHERE) return []
  const heap = openHeap(file, heap_at)
  const huge = new Map<number, { address: number; length: number }>()
  if (heap.huge !== NOWHERE) {
    for (const record of recordsOf(file, heap.huge)) {
      const place = { address: record.address(), length: record.length() }
      huge.set(record.length(), place)
    }
  }
  return recordsOf(file, names_at).map((record) => {
    const id = record.piece(heap.id_bytes)
    const message_flags = record.number(1)
    const object = readHeap(heap, id, (key) => {
      const found = huge.get(key)
      if (!found) throw new Unreadable('an attribute is not in its heap', record.from)
      return found
    })
    return unshared(object, message_flags)
  })
}

function readAttribute(file: Hdf5File, data: Cursor): TextAttribute[] {
  const version = data.number(1)
  if (version < 1 || version > 3) throw new Unreadable(`an attribute has version ${version}`, data.from)
  const flags = data.number(1)
  const [name_bytes, type_bytes, space_bytes] = [data.number(2), data.number(2), data.number(2)]
  if (version === 3) data.skip(1)
  const padded = (bytes: number): number => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes)
  const name = data.piece(padded(name_bytes)).bytes.toString('utf8').split('\0', 1)[0] ?? ''
  const type_data = data.piece(padded(type_bytes))
  const type = version > 1 && flags & 1 ? committed(file, type_data) : type_data
  const space = data.piece(padded(space_bytes))
  const kind = type.number(1) & 0x0f
  const bits = type.number(3)
  const size = type.number(4)
  const is_variable = kind === VARIABLE && (bits & 0x0f) === 1
  if (kind !== TEXT && !is_variable) return []
  const count = Math.min(elementsOf(space), Math.floor(data.left / Math.max(1, size)), TEXTS_MAX)
  return Array.from({ length: count }, () => {
    const element = data.piece(size)
    const bytes = is_variable ? variable(file, element) : element.bytes
    if (bytes.length > TEXT_MAX_BYTES) throw new Unreadable('a text is too long', data.from, true)
    return { name, text: bytes.toString('utf8').replace(/\0+$/, '') }
  })
}

function variable(file: Hdf5File, element: Cursor): Buffer {
  const length = element.number(4)
  const address = element.address()
  const index = element.number(4)
  return length === 0 || address === 0 || address === NOWHERE ? Buffer.alloc(0) : readGlobal(file, address, index).subarray(0, length)
}

/** A type that has a name of its own in the file. */
function committed(file: Hdf5File, reference: Cursor): Cursor {
  const version = reference.number(1)
  reference.skip(version === 1 ? 7 : 1)
  const found = readObject(file, reference.address()).find(({ type }) => type === MESSAGE.datatype)
  if (!found) throw new Unreadable('the type of an attribute is none', reference.from)
  return new Cursor(file, found.data.bytes, found.data.from)
}

function elementsOf(space: Cursor): number {
  const version = space.number(1)
  const rank = space.number(1)
  space.skip(version === 1 ? 6 : 1)
  if (version === 2 && space.number(1) === 2) return 0
  let count = 1
  for (let dimension = 0; dimension < rank; dimension++) count *= space.length()
  return count
}
