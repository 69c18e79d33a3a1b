import { Unreadable } from '../../unreadable.ts'
import { type Cursor, type Hdf5File, NOWHERE } from './file.ts'
import { openHeap, readHeap } from './heaps.ts'
import { MESSAGE, type Message } from './object-header.ts'
import { recordsOf } from './tree.ts'

/** What a group holds: the addresses of its objects, and whether something of it lies in another file. */
export type Links = { readonly objects: readonly number[]; readonly external: readonly string[] }

const NODES_MAX = 1_000_000
const SOFT = 1
const EXTERNAL = 64

/** The links of an object; one that is no group has none. @throws Unreadable */
export function linksOf(file: Hdf5File, messages: readonly Message[]): Links {
  const objects: number[] = []
  const external: string[] = []
  const add = (link: Cursor): void => readLink(link, objects, external)
  for (const { type, data } of messages) {
    if (type === MESSAGE.symbol_table) objects.push(...oldLinks(file, data.address()))
    else if (type === MESSAGE.link) add(data)
    else if (type === MESSAGE.link_info) for (const link of manyLinks(file, data)) add(link)
  }
  return { objects, external }
}

function readLink(link: Cursor, objects: number[], external: string[]): void {
  const version = link.number(1)
  if (version !== 1) throw new Unreadable(`a link has version ${version}`, link.from)
  const flags = link.number(1)
  const type = flags & 0x08 ? link.number(1) : 0
  if (flags & 0x04) link.skip(8)
  if (flags & 0x10) link.skip(1)
  const name = link.text(link.number(1 << (flags & 3)))
  if (type === 0) objects.push(link.address())
  else if (type === EXTERNAL) {
    const [file = ''] = link.text(link.number(2)).slice(1).split('\0')
    external.push(`${name} in ${file}`)
  } else if (type !== SOFT) external.push(`${name}, by a link of the type ${type}`)
}

/** The links of a group with many: in a heap, by a tree of their names. */
function manyLinks(file: Hdf5File, info: Cursor): Cursor[] {
  info.skip(1)
  const flags = info.number(1)
  if (flags & 1) info.skip(8)
  const heap_at = info.address()
  const names_at = info.address()
  if (heap_at === NOWHERE || names_at === NOWHERE) return []
  const heap = openHeap(file, heap_at)
  return recordsOf(file, names_at).map((record) => {
    record.skip(4)
    return readHeap(heap, record, () => {
      throw new Unreadable('a link is too long', record.from)
    })
  })
}

/** The objects of a group of the old kind, whose tree leads to tables. */
function oldLinks(file: Hdf5File, tree: number): number[] {
  const objects: number[] = []
  const open = [tree]
  let nodes = 0
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (++nodes > NODES_MAX) throw new Unreadable('a group has too many nodes', 0, true)
    const head = file.at(address, 8)
    const signature = head.text(4)
    if (signature === 'SNOD') {
      head.skip(2)
      objects.push(...tableOf(file, address, head.number(2)))
    } else if (signature === 'TREE') {
      if (head.number(1) !== 0) throw new Unreadable('a tree of a group is none', head.from)
      head.skip(1)
      open.push(...childrenOf(file, address, head.number(2)))
    } else throw new Unreadable('a node of a group is none', head.from)
  }
  return objects
}

function childrenOf(file: Hdf5File, address: number, count: number): number[] {
  const each = file.address_bytes + file.length_bytes
  const node = file.at(address, 8 + 2 * file.address_bytes + count * each + file.length_bytes)
  node.skip(8 + 2 * file.address_bytes)
  return Array.from({ length: count }, () => {
    node.length()
    return node.address()
  })
}

const SYMBOLIC = 2

function tableOf(file: Hdf5File, address: number, count: number): number[] {
  const table = file.at(address, 8 + count * (2 * file.address_bytes + 24))
  table.skip(8)
  const objects: number[] = []
  for (let nth = 0; nth < count; nth++) {
    table.address()
    const object = table.address()
    const kind = table.number(4)
    table.skip(20)
    // What is only a name for another place of this file has no object of its own.
    if (kind !== SYMBOLIC) objects.push(object)
  }
  return objects
}
