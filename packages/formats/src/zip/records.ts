import type { Source } from '../source.ts'

/** What a header of a member says, be it in the directory at the end or before the data. */
export type Header = {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly compressed: number
  readonly size: number
  /** In the directory: where the member's own header is, and the file mode of Unix. */
  readonly at: number
  readonly mode: number
  /** The first byte after the header. */
  readonly end: number
}

export const LOCAL = 0x04034b50
export const CENTRAL = 0x02014b50
export const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50

/** The directory's place as the end of the archive tells it. */
export type End = {
  readonly at: number
  readonly entries: number
  readonly directory_at: number
  readonly directory_size: number
  readonly comment_size: number
  readonly disks: number
}

/** Reads the record at the end of an archive; with its 64-bit twin where the numbers don't fit. */
export function readEnd(source: Source, at: number): End | undefined {
  const record = source.read(at, 22)
  if (record.length < 22 || record.readUInt32LE(0) !== END) return undefined
  const plain = {
    at,
    disks: record.readUInt16LE(4),
    entries: record.readUInt16LE(10),
    directory_size: record.readUInt32LE(12),
    directory_at: record.readUInt32LE(16),
    comment_size: record.readUInt16LE(20),
  }
  const locator = source.read(Math.max(0, at - 20), 20)
  if (at < 20 || locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR64) return plain
  const at64 = Number(locator.readBigUInt64LE(8))
  const record64 = at64 < source.size ? source.read(at64, 56) : Buffer.alloc(0)
  if (record64.length < 56 || record64.readUInt32LE(0) !== END64) return plain
  return {
    ...plain,
    entries: Number(record64.readBigUInt64LE(32)),
    directory_size: Number(record64.readBigUInt64LE(40)),
    directory_at: Number(record64.readBigUInt64LE(48)),
  }
}

/** How many bytes the records at the end take, the 64-bit ones included. */
export function endSize(source: Source, at: number): number {
  if (at < 20) return 0
  const locator = source.read(at - 20, 20)
  return locator.readUInt32LE(0) === LOCATOR64 ? 76 : 0
}

/** An entry of the directory, read from its bytes. */
export function readCentral(directory: Buffer, at: number): Header | undefined {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) return undefined
  const [name_size, extra_size, comment_size] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [number, number, number]
  const name_at = at + 46
  const extra = directory.subarray(name_at + name_size, name_at + name_size + extra_size)
  const from_unix = directory.readUInt8(at + 5) === 3
  const wide = widened(extra, directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42))
  return {
    name: nameOf(directory.subarray(name_at, name_at + name_size)),
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    ...wide,
    mode: from_unix ? directory.readUInt32LE(at + 38) >>> 16 : 0,
    end: name_at + name_size + extra_size + comment_size,
  }
}

/** A member's own header, before its data. */
export function readLocal(source: Source, at: number): Header | undefined {
  const fixed = at >= 0 && at + 30 <= source.size ? source.read(at, 30) : Buffer.alloc(0)
  if (fixed.length < 30 || fixed.readUInt32LE(0) !== LOCAL) return undefined
  const name_size = fixed.readUInt16LE(26)
  const extra_size = fixed.readUInt16LE(28)
  const rest = source.read(at + 30, name_size + extra_size)
  const wide = widened(rest.subarray(name_size), fixed.readUInt32LE(22), fixed.readUInt32LE(18), 0)
  return {
    name: nameOf(rest.subarray(0, name_size)),
    flags: fixed.readUInt16LE(6),
    method: fixed.readUInt16LE(8),
    crc: fixed.readUInt32LE(14),
    ...wide,
    at,
    mode: 0,
    end: at + 30 + name_size + extra_size,
  }
}

// Names are compared and shown, never used as paths: a name that is no UTF-8 is as good as any.
const nameOf = (bytes: Buffer): string => bytes.toString('utf8')

const FULL = 0xffffffff

/** The 64-bit numbers of the extra field, for those that are full. */
function widened(extra: Buffer, size: number, compressed: number, at: number): { size: number; compressed: number; at: number } {
  for (let field = 0; field + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(field + 2)
    if (extra.readUInt16LE(field) === 1) return widen(extra.subarray(field + 4, field + 4 + length), size, compressed, at)
    field += 4 + length
  }
  return { size, compressed, at }
}

function widen(numbers: Buffer, size: number, compressed: number, at: number): { size: number; compressed: number; at: number } {
  let next = 0
  const take = (value: number): number => {
    if (value !== FULL || next + 8 > numbers.length) return value
    next += 8
    return Number(numbers.readBigUInt64LE(next - 8))
  }
  const wide_size = take(size)
  const wide_compressed = take(compressed)
  return { size: wide_size, compressed: wide_compressed, at: take(at) }
}
