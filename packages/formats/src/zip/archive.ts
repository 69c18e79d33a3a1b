import type { Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import { compareHeaders, oddNames } from './differences.ts'
import { CENTRAL, END, type End, endSize, type Header, LOCAL, readCentral, readEnd, readLocal } from './records.ts'

/** A member of an archive, as one of its two headers tells it. */
export type Member = {
  readonly name: string
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly compressed: number
  readonly size: number
  readonly mode: number
  /** Where its data begins in the archive. */
  readonly data_at: number
  readonly header_at: number
  /** Which header says so. A member that only its own header knows is one that some readers don't see. */
  readonly from: 'directory' | 'header'
}

/** Something on which readers of archives disagree, or that no ordinary writer makes. */
export type ZipOddity = {
  readonly kind:
    | 'name'
    | 'difference'
    | 'duplicate'
    | 'hidden'
    | 'overlap'
    | 'prefix'
    | 'encrypted'
    | 'directory'
    | 'path'
    | 'link'
    | 'trailing'
  readonly member: string
  readonly offset: number
  readonly detail: string
}

export type ZipArchive = { readonly members: readonly Member[]; readonly oddities: readonly ZipOddity[] }

/** How much of an archive is read. */
export type ZipLimits = { readonly members_max: number; readonly directory_max_bytes: number }
export const ZIP_LIMITS: ZipLimits = { members_max: 65_536, directory_max_bytes: 32 * 1024 * 1024 }

const COMMENT_MAX_BYTES = 65_535
const ODDITIES_MAX = 200

/**
 * Reads what an archive contains: the directory at its end and the header of each member, and what differs between the two. Members that
 * only one of them knows are given, too. @throws Unreadable when there is nothing of a zip, or over a limit
 */
export function readZip(source: Source, limits: ZipLimits = ZIP_LIMITS): ZipArchive {
  const oddities: ZipOddity[] = []
  const odd = (kind: ZipOddity['kind'], member: string, offset: number, detail: string): void => {
    if (oddities.length < ODDITIES_MAX) oddities.push({ kind, member, offset, detail })
  }
  const ends = findEnds(source)
  const end = ends[0]
  const central = end ? readDirectory(source, end, limits, odd) : []
  if (!end) odd('directory', '', 0, 'the directory at the end is missing')
  const members = central.map(({ header, at }) => toMember(source, header, at, odd))
  const other = end && ends.slice(1).find(({ at }) => !isOfMember(source, end, members, at))
  if (other) odd('directory', '', other.at, 'the archive has several ends: readers take one or the other')
  const hidden = findHidden(source, members, end, limits, odd)
  if (members.length + hidden.length === 0 && !end) throw new Unreadable('it has neither a directory nor a member', 0)
  const locals = members.flatMap((member) => asItsHeaderSays(source, member))
  const all = [...members, ...locals, ...hidden]
  oddNames(all, odd)
  return { members: all, oddities }
}

/** Every record of an end that could be taken for one, the last first. */
function findEnds(source: Source): End[] {
  const size = Math.min(source.size, COMMENT_MAX_BYTES + 22)
  const start = source.size - size
  const tail = source.read(start, size)
  const found: End[] = []
  for (let at = tail.length - 22; at >= 0 && found.length < 4; at--) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END) continue
    const end = readEnd(source, start + at)
    if (end) found.push(end)
  }
  return found
}

/** An end that lies in a member is of an archive in this one, and no reader takes it where the last end closes the file as it should. */
const isOfMember = (source: Source, { at: last_at }: End, members: readonly Member[], at: number): boolean =>
  last_at + 22 === source.size && members.some(({ data_at, compressed }) => at >= data_at && at + 22 <= data_at + compressed)

type Odd = (kind: ZipOddity['kind'], member: string, offset: number, detail: string) => void

function readDirectory(source: Source, end: End, limits: ZipLimits, odd: Odd): { header: Header; at: number }[] {
  if (end.directory_size > limits.directory_max_bytes) throw new Unreadable('the directory is too big', end.at, true)
  if (end.disks !== 0) odd('directory', '', end.at, 'it says that it has several disks')
  if (end.at + 22 + end.comment_size !== source.size) odd('trailing', '', end.at + 22, 'there are bytes after the end')
  const before = end.at - endSize(source, end.at) - end.directory_size
  // What stands before the archive moves all of its offsets; Python makes up for it, and PyTorch does not.
  const shift = before - end.directory_at
  const shifted = shift > 0 && signatureAt(source, end.directory_at) !== CENTRAL && signatureAt(source, before) === CENTRAL
  if (shift > 0 && end.entries > 0) odd('prefix', '', 0, `${shift} bytes that are not the archive's own`)
  const start = shifted ? before : end.directory_at
  const directory = source.read(start, end.directory_size)
  const headers: { header: Header; at: number }[] = []
  let at = 0
  while (at + 4 <= directory.length) {
    const header = readCentral(directory, at)
    if (!header) break
    if (headers.length >= limits.members_max) throw new Unreadable(`it has more than ${limits.members_max} members`, start + at, true)
    headers.push({ header, at: header.at + (shifted ? shift : 0) })
    at = header.end
  }
  if (headers.length !== end.entries || at !== directory.length) {
    odd('directory', '', start + at, `the directory has ${headers.length} entries, and the end says ${end.entries}`)
  }
  return headers
}

const signatureAt = (source: Source, at: number): number => {
  const bytes = at >= 0 ? source.read(at, 4) : Buffer.alloc(0)
  return bytes.length === 4 ? bytes.readUInt32LE(0) : 0
}

function toMember(source: Source, header: Header, at: number, odd: Odd): Member {
  const local = readLocal(source, at)
  if (!local) odd('difference', header.name, at, 'where its own header should be, there is none')
  else compareHeaders(header, local, at, odd)
  const { name, method, flags, crc, compressed, size, mode } = header
  return { name, method, flags, crc, compressed, size, mode, data_at: local?.end ?? at, header_at: at, from: 'directory' }
}

/** The member once more, where its own header tells something else: some readers go by that. */
function asItsHeaderSays(source: Source, member: Member): Member[] {
  const local = readLocal(source, member.header_at)
  if (!local) return []
  const knows_sizes = (local.flags & 8) === 0
  const differs =
    local.name !== member.name ||
    local.method !== member.method ||
    (knows_sizes && (local.size !== member.size || local.compressed !== member.compressed))
  if (!differs) return []
  const { compressed, size, crc } = knows_sizes ? local : member
  const { name, flags, method, end: data_at } = local
  return [{ name, flags, method, crc, compressed, size, mode: member.mode, data_at, header_at: member.header_at, from: 'header' }]
}

/** Members in the gaps between those that the directory knows, and overlaps of those. */
function findHidden(source: Source, members: readonly Member[], end: End | undefined, limits: ZipLimits, odd: Odd): Member[] {
  const inOrder = members.toSorted((a, b) => a.header_at - b.header_at)
  const hidden: Member[] = []
  let at = 0
  const until = end ? Math.min(end.directory_at, source.size) : source.size
  for (const { header_at, data_at, compressed, name } of [...inOrder, { header_at: until, data_at: until, compressed: 0, name: '' }]) {
    if (header_at < at && name !== '') odd('overlap', name, header_at, 'it lies in another member')
    if (header_at > at) hidden.push(...inGap(source, at, header_at, limits, odd))
    if (hidden.length > limits.members_max) throw new Unreadable(`it has more than ${limits.members_max} members`, at, true)
    at = Math.max(at, data_at + compressed)
  }
  return hidden
}

/** A gap of a few bytes is what some writers put after a member's data. */
const DESCRIPTOR_MAX_BYTES = 24
const GAP_READ_MAX_BYTES = 16 * 1024 * 1024

function inGap(source: Source, from: number, to: number, limits: ZipLimits, odd: Odd): Member[] {
  if (to - from <= DESCRIPTOR_MAX_BYTES) return []
  const found: Member[] = []
  const gap = source.read(from, Math.min(to - from, GAP_READ_MAX_BYTES))
  for (let next = gap.indexOf('PK\x03\x04', 0, 'latin1'); next !== -1 && found.length < limits.members_max; ) {
    const local = gap.readUInt32LE(next) === LOCAL ? readLocal(source, from + next) : undefined
    if (local) {
      const compressed = local.compressed > 0 ? local.compressed : to - local.end
      const { name, method, flags, crc, size, end: data_at } = local
      found.push({ name, method, flags, crc, compressed, size, mode: 0, data_at, header_at: from + next, from: 'header' })
      odd('hidden', name, from + next, 'the directory does not know it')
    }
    next = gap.indexOf('PK\x03\x04', next + 4, 'latin1')
  }
  if (to - from > gap.length) odd('hidden', '', from, `${to - from} bytes that belong to no member`)
  return found
}
