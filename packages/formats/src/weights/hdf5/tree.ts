import { Unreadable } from '../../unreadable.ts'
import type { Cursor, Hdf5File } from './file.ts'
import { bytesFor } from './heaps.ts'

const RECORDS_MAX = 1_000_000
/** Signature, version, type and checksum of a node. */
const NODE_BYTES = 10

/** How many records fit into a node of each level, and how wide the counts of them are. */
type Level = { readonly records_max: number; readonly all_max: number; readonly all_bytes: number }

/** Every record of a tree of the second version, each for itself; in no order. @throws Unreadable */
export function recordsOf(file: Hdf5File, address: number): Cursor[] {
  const head = file.at(address, 64)
  head.expect('BTHD')
  head.skip(2)
  const node_bytes = head.number(4)
  const record_bytes = head.number(2)
  const depth = head.number(2)
  head.skip(2)
  const root = head.address()
  const root_records = head.number(2)
  if (record_bytes === 0 || depth > 16) throw new Unreadable('a tree has no records', head.from)
  if (root_records === 0) return []
  const levels = levelsOf(file, node_bytes, record_bytes, depth)
  const count_bytes = bytesFor((levels[0] as Level).records_max)
  const records: Cursor[] = []
  const open = [{ address: root, count: root_records, level: depth }]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const bytes = file.at(node.address, node_bytes)
    bytes.expect(node.level === 0 ? 'BTLF' : 'BTIN')
    bytes.skip(2)
    for (let nth = 0; nth < node.count; nth++) records.push(bytes.piece(record_bytes))
    if (records.length > RECORDS_MAX) throw new Unreadable('a tree has too many records', bytes.from, true)
    if (node.level === 0) continue
    for (let nth = 0; nth <= node.count; nth++) {
      open.push({ address: bytes.address(), count: bytes.number(count_bytes), level: node.level - 1 })
      if (node.level > 1) bytes.skip((levels[node.level - 1] as Level).all_bytes)
    }
    if (open.length > RECORDS_MAX) throw new Unreadable('a tree has too many nodes', bytes.from, true)
  }
  return records
}

function levelsOf(file: Hdf5File, node_bytes: number, record_bytes: number, depth: number): Level[] {
  const leaf_max = Math.floor((node_bytes - NODE_BYTES) / record_bytes)
  const levels: Level[] = [{ records_max: leaf_max, all_max: leaf_max, all_bytes: 0 }]
  for (let level = 1; level <= depth; level++) {
    const below = levels[level - 1] as Level
    const pointer_bytes = file.address_bytes + bytesFor(leaf_max) + below.all_bytes
    const records_max = Math.floor((node_bytes - NODE_BYTES - pointer_bytes) / (record_bytes + pointer_bytes))
    const all_max = (records_max + 1) * below.all_max + records_max
    levels.push({ records_max, all_max, all_bytes: bytesFor(all_max) })
  }
  return levels
}
