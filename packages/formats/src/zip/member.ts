import { unpackBzip2 } from '../packed/bzip2.ts'
import { unpackXz, unpackZipLzma } from '../packed/xz.ts'
import { memorySource, part, type Source } from '../source.ts'
import { Unreadable } from '../unreadable.ts'
import type { Member } from './archive.ts'

/** A member's content, and whether it is what its checksum says; undefined where that was not looked at. */
export type Opened = { readonly source: Source; readonly matches: boolean | undefined; readonly is_whole: boolean }

const STORED = 0
const DEFLATED = 8
const ZSTANDARD = 93
const BZIP2 = 12
const LZMA = 14
const XZ = 95
const NAMES: Readonly<Record<number, string>> = { 1: 'shrink', 9: 'deflate64', 98: 'ppmd', 99: 'AES' }
/** Not imported: most files are no archives, and loading it is a tenth of the scanner's start. */
const zlib = () => process.getBuiltinModule('node:zlib')
/** Stored content of more bytes than this is not read for its checksum alone, unless more or less is asked for. */
const CHECKED_MAX_BYTES = 16 * 1024 * 1024

/**
 * Opens a member's content as a source: where it is stored, a part of the archive, else unpacked in memory.
 * @throws Unreadable for a method that is not known, what does not unpack, and what is bigger than `max_bytes` unpacked
 */
export function openMember(archive: Source, member: Member, max_bytes: number, checked_max_bytes = CHECKED_MAX_BYTES): Opened {
  const packed = part(archive, member.data_at, member.compressed)
  const cut = packed.size < member.compressed
  if (member.method === STORED) {
    const checked = packed.size <= checked_max_bytes
    return { source: packed, matches: checked ? zlib().crc32(packed.read(0, packed.size)) === member.crc : undefined, is_whole: !cut }
  }
  if (![DEFLATED, ZSTANDARD, BZIP2, LZMA, XZ].includes(member.method)) {
    const method = NAMES[member.method] ?? `method ${member.method}`
    throw new Unreadable(`it is packed by ${method}, which is not read here`, member.data_at)
  }
  const content = unpack(packed.read(0, packed.size), member, max_bytes)
  return { source: memorySource(content), matches: zlib().crc32(content) === member.crc, is_whole: !cut && content.length === member.size }
}

function unpack(packed: Buffer, { method, data_at, size }: Member, max_bytes: number): Buffer {
  // What is damaged or cut off gives what is there, and is told by its length.
  if (method === BZIP2) return unpackBzip2(packed, max_bytes).bytes
  if (method === LZMA) return unpackZipLzma(packed, size, max_bytes).bytes
  if (method === XZ) return unpackXz(packed, max_bytes).bytes
  const how = { maxOutputLength: max_bytes }
  try {
    // A stream that is cut off gives what is there: a loader may take that, too.
    const { constants, inflateRawSync, zstdDecompressSync } = zlib()
    return method === ZSTANDARD ? zstdDecompressSync(packed, how) : inflateRawSync(packed, { ...how, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Unreadable(`unpacked it has more than ${max_bytes} bytes`, data_at, true)
    }
    throw new Unreadable('it does not unpack', data_at)
  }
}
