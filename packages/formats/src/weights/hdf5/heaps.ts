import { Unreadable } from '../../unreadable.ts'
import { type Cursor, type Hdf5File, NOWHERE } from './file.ts'

/** An object of the global heap, where texts of any length lie. @throws Unreadable */
export function readGlobal(file: Hdf5File, address: number, index: number): Buffer {
  const head = file.at(address, 16)
  head.expect('GCOL')
  head.skip(4)
  const size = head.length()
  const collection = file.at(address, size)
  collection.skip(head.at)
  while (collection.left >= 8 + file.length_bytes) {
    const found = collection.number(2)
    collection.skip(6)
    const bytes = collection.length()
    // Free space is the last, and tells its own size with this header.
    if (found === 0) break
    const object = collection.piece(bytes)
    if (found === index) return object.bytes
    collection.skip(Math.min(collection.left, (8 - (bytes % 8)) % 8))
  }
  throw new Unreadable('a text is not in its heap', collection.from)
}

/** A heap of links or attributes, of those objects that have many. */
export type Heap = {
  readonly file: Hdf5File
  readonly id_bytes: number
  readonly huge: number
  readonly width: number
  readonly start_bytes: number
  readonly direct_max_bytes: number
  readonly offset_bytes: number
  readonly length_bytes: number
  readonly root: number
  readonly root_rows: number
}

const log2 = (value: number): number => Math.floor(Math.log2(Math.max(1, value)))
/** How many bytes a number up to this one takes. */
export const bytesFor = (limit: number): number => Math.floor(log2(limit) / 8) + 1

/** Reads the header of a heap. @throws Unreadable; a heap whose blocks are packed is not read */
export function openHeap(file: Hdf5File, address: number): Heap {
  const head = file.at(address, 256)
  head.expect('FRHP')
  head.skip(1)
  const id_bytes = head.number(2)
  if (head.number(2) > 0) throw new Unreadable('attributes or links are packed', head.from)
  head.skip(1)
  const managed_max = head.number(4)
  head.length()
  const huge = head.address()
  head.length()
  head.address()
  for (let other = 0; other < 8; other++) head.length()
  const width = head.number(2)
  const start_bytes = head.length()
  const direct_max_bytes = head.length()
  const offset_bits = head.number(2)
  head.skip(2)
  const root = head.address()
  const root_rows = head.number(2)
  if (width === 0 || start_bytes === 0 || offset_bits === 0 || offset_bits > 64) throw new Unreadable('a heap has no size', head.from)
  const length_bytes = Math.min(bytesFor(direct_max_bytes), bytesFor(managed_max))
  return {
    file,
    id_bytes,
    huge,
    width,
    start_bytes,
    direct_max_bytes,
    offset_bytes: Math.ceil(offset_bits / 8),
    length_bytes,
    root,
    root_rows,
  }
}

/** An object of a heap, by its identifier; huge ones are found by `hugeAt`. @throws Unreadable */
export function readHeap(heap: Heap, id: Cursor, hugeAt: (key: number) => { address: number; length: number }): Cursor {
  const first = id.number(1)
  const kind = (first >> 4) & 3
  if (first >> 6 !== 0 || kind === 3) throw new Unreadable('an identifier in a heap is none', id.from)
  if (kind === 2) {
    // Tiny: the object is the identifier. Longer identifiers tell the length in two bytes.
    return heap.id_bytes <= 18 ? id.piece(Math.min(id.left, (first & 0x0f) + 1)) : id.piece(((first & 0x0f) << 8) + id.number(1) + 1)
  }
  const { file } = heap
  if (kind === 1) {
    const is_direct = file.address_bytes + file.length_bytes <= heap.id_bytes - 1
    const { address, length } = is_direct
      ? { address: id.address(), length: id.length() }
      : hugeAt(id.number(Math.min(id.left, file.length_bytes)))
    return file.at(address, length)
  }
  const offset = id.number(heap.offset_bytes)
  const length = id.number(heap.length_bytes)
  const { address, from } = heap.root_rows === 0 ? { address: heap.root, from: 0 } : blockAt(heap, offset)
  return file.at(address + (offset - from), length)
}

/** How big the blocks of a row of the doubling table are. */
const rowBytes = (heap: Heap, row: number): number => heap.start_bytes * 2 ** Math.max(0, row - 1)

function blockAt(heap: Heap, offset: number): { address: number; from: number } {
  const direct_rows = log2(heap.direct_max_bytes) - log2(heap.start_bytes) + 2
  let address = heap.root
  let rows = heap.root_rows
  let from = 0
  for (let depth = 0; depth < 64; depth++) {
    let row = 0
    let start = from
    while (row < rows && offset >= start + heap.width * rowBytes(heap, row)) start += heap.width * rowBytes(heap, row++)
    if (row === rows) break
    const column = Math.floor((offset - start) / rowBytes(heap, row))
    const block = heap.file.at(address, 16 + heap.file.address_bytes + rows * heap.width * heap.file.address_bytes)
    block.expect('FHIB')
    block.skip(1)
    block.address()
    block.skip(heap.offset_bytes + (row * heap.width + column) * heap.file.address_bytes)
    address = block.address()
    from = start + column * rowBytes(heap, row)
    if (address === NOWHERE) break
    if (row < direct_rows) return { address, from }
    rows = log2(rowBytes(heap, row)) - log2(heap.start_bytes * heap.width) + 1
  }
  throw new Unreadable('an object is not in its heap', heap.file.base)
}
