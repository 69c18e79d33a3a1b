import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { type Repository, textOf } from './git-repository.ts'

// A commit is some hundred bytes; one with a long message, or a delta's base, may be more.
const READ_BYTES = 1 << 20
const DELTAS_DEEP_MAX = 60
const COMMIT = 1
const OFFSET_DELTA = 6
const ID_DELTA = 7

/** The id of a commit's tree, from a loose object or a pack; undefined when the commit is not found or can't be read. */
export function treeOf(repository: Repository, commit: string): string | undefined {
  for (const folder of objectFolders(join(repository.common_dir, 'objects'))) {
    const content = looseCommit(folder, commit) ?? packedCommit(folder, commit)
    const tree = content && /^tree ([0-9a-f]+)\n/.exec(content.toString('latin1', 0, 100))?.[1]
    if (tree) return tree
  }
  return undefined
}

/** The objects of a repository and of those that it borrows from. */
function objectFolders(own: string): string[] {
  const borrowed = (textOf(join(own, 'info', 'alternates')) ?? '').split('\n').filter((line) => line.startsWith('/'))
  return [own, ...borrowed]
}

function looseCommit(folder: string, id: string): Buffer | undefined {
  const path = join(folder, id.slice(0, 2), id.slice(2))
  if (!existsSync(path)) return undefined
  const bytes = inflateSync(readFileSync(path))
  return bytes.toString('latin1', 0, 7) === 'commit ' ? bytes.subarray(bytes.indexOf(0) + 1) : undefined
}

function packedCommit(folder: string, id: string): Buffer | undefined {
  const packs = join(folder, 'pack')
  if (!existsSync(packs)) return undefined
  for (const name of readdirSync(packs).filter((one) => one.endsWith('.idx'))) {
    const index = readFileSync(join(packs, name))
    const offset = offsetIn(index, id)
    if (offset === undefined) continue
    const file = openSync(join(packs, name.replace(/\.idx$/, '.pack')), 'r')
    try {
      const found = objectAt(file, index, offset, id.length / 2, 0)
      return found?.type === COMMIT ? found.content : undefined
    } finally {
      closeSync(file)
    }
  }
  return undefined
}

/** Where an object is in its pack, by an index of version 2: a table of first bytes, then the sorted ids, checksums, offsets. */
function offsetIn(index: Buffer, id: string): number | undefined {
  if (index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) return undefined
  const wanted = Buffer.from(id, 'hex')
  const upTo = (byte: number): number => (byte < 0 ? 0 : index.readUInt32BE(8 + byte * 4))
  const first = wanted.readUInt8(0)
  const count = upTo(255)
  const ids = 8 + 256 * 4
  let [low, high] = [upTo(first - 1), upTo(first)]
  while (low < high) {
    const middle = (low + high) >> 1
    const order = wanted.compare(index, ids + middle * wanted.length, ids + (middle + 1) * wanted.length)
    if (order > 0) low = middle + 1
    else if (order < 0) high = middle
    else {
      const offsets = ids + count * (wanted.length + 4)
      const offset = index.readUInt32BE(offsets + middle * 4)
      // The highest bit says that the offset is in the table of long ones.
      return offset < 0x80000000 ? offset : Number(index.readBigUInt64BE(offsets + count * 4 + (offset - 0x80000000) * 8))
    }
  }
  return undefined
}

type Packed = { type: number; content: Buffer }

function objectAt(pack: number, index: Buffer, offset: number, id_bytes: number, deep: number): Packed | undefined {
  if (deep > DELTAS_DEEP_MAX) return undefined
  const bytes = Buffer.alloc(READ_BYTES)
  const head = bytes.subarray(0, readSync(pack, bytes, 0, READ_BYTES, offset))
  let at = 0
  let byte = head.readUInt8(at++)
  const type = (byte >> 4) & 7
  while (byte & 0x80) byte = head.readUInt8(at++)
  let base: Packed | undefined
  if (type === OFFSET_DELTA) {
    byte = head.readUInt8(at++)
    let back = byte & 0x7f
    while (byte & 0x80) {
      byte = head.readUInt8(at++)
      back = (back + 1) * 128 + (byte & 0x7f)
    }
    base = objectAt(pack, index, offset - back, id_bytes, deep + 1)
  } else if (type === ID_DELTA) {
    const found = offsetIn(index, head.toString('hex', at, at + id_bytes))
    at += id_bytes
    base = found === undefined ? undefined : objectAt(pack, index, found, id_bytes, deep + 1)
  }
  const content = inflateSync(head.subarray(at))
  if (type !== OFFSET_DELTA && type !== ID_DELTA) return { type, content }
  return base && { type: base.type, content: applied(base.content, content) }
}

/** A delta: the two sizes, then what is copied from the base (first bit set) and what is new. */
function applied(base: Buffer, delta: Buffer): Buffer {
  let at = 0
  for (let sizes = 0; sizes < 2; sizes++) while (delta.readUInt8(at++) & 0x80);
  const parts: Buffer[] = []
  while (at < delta.length) {
    const word = delta.readUInt8(at++)
    if (word & 0x80) {
      const field = (bits: number, from: number): number => {
        let value = 0
        for (let bit = 0; bit < bits; bit++) if (word & (1 << (from + bit))) value += delta.readUInt8(at++) * 256 ** bit
        return value
      }
      const start = field(4, 0)
      const length = field(3, 4) || 0x10000
      parts.push(base.subarray(start, start + length))
    } else {
      parts.push(delta.subarray(at, at + word))
      at += word
    }
  }
  return Buffer.concat(parts)
}
