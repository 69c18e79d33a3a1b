/** A file as git's index has it. */
export type IndexEntry = {
  readonly path: string
  readonly mode: number
  readonly id: string
  readonly size: number
  readonly mtime_s: number
  readonly mtime_ns: number
  /** 0 unless there is a conflict. */
  readonly stage: number
  /** The user told git not to look at the file, or the file is left out of a sparse checkout. */
  readonly not_looked_at: boolean
  /** `git add --intent-to-add`: the path is there, the content is not. */
  readonly only_intended: boolean
}

const HEADER_BYTES = 12
const STAT_BYTES = 40
const EXTENDED = 0x4000
const ASSUME_VALID = 0x8000
const SKIP_WORKTREE = 0x4000
const INTENT_TO_ADD = 0x2000

/** Reads an index of version 2, 3 or 4; undefined when it is of another version or in parts (a split index): then nobody knows. */
export function parseIndex(bytes: Buffer, id_bytes: number): IndexEntry[] | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined
  const version = bytes.readUInt32BE(4)
  if (version < 2 || version > 4) return undefined
  const entries: IndexEntry[] = []
  let at = HEADER_BYTES
  let previous = Buffer.alloc(0)
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flags = bytes.readUInt16BE(at + STAT_BYTES + id_bytes)
    const extended = flags & EXTENDED && version >= 3 ? bytes.readUInt16BE(at + STAT_BYTES + id_bytes + 2) : 0
    const name_at = at + STAT_BYTES + id_bytes + (flags & EXTENDED && version >= 3 ? 4 : 2)
    const kept = version === 4 ? keptOf(bytes, name_at, previous.length) : { length: 0, next: name_at }
    const end = bytes.indexOf(0, kept.next)
    const path = Buffer.concat([previous.subarray(0, kept.length), bytes.subarray(kept.next, end)])
    entries.push({
      path: path.toString('utf8'),
      mtime_s: bytes.readUInt32BE(at + 8),
      mtime_ns: bytes.readUInt32BE(at + 12),
      mode: bytes.readUInt32BE(at + 24),
      size: bytes.readUInt32BE(at + 36),
      id: bytes.toString('hex', at + STAT_BYTES, at + STAT_BYTES + id_bytes),
      stage: (flags >> 12) & 3,
      not_looked_at: (flags & ASSUME_VALID) !== 0 || (extended & SKIP_WORKTREE) !== 0,
      only_intended: (extended & INTENT_TO_ADD) !== 0,
    })
    // Before version 4 an entry is filled up with 1 to 8 NULs to a multiple of 8.
    at = version === 4 ? end + 1 : at + (((end - at) >> 3) + 1) * 8
    previous = path
  }
  return inParts(bytes, at, id_bytes) ? undefined : entries
}

/** Version 4 says how many bytes of the previous path are dropped, in git's numbers of variable length. */
function keptOf(bytes: Buffer, from: number, previous_length: number): { length: number; next: number } {
  let at = from
  let byte = bytes.readUInt8(at++)
  let dropped = byte & 0x7f
  while (byte & 0x80) {
    byte = bytes.readUInt8(at++)
    dropped = ((dropped + 1) << 7) | (byte & 0x7f)
  }
  return { length: previous_length - dropped, next: at }
}

/** Whether there is an extension (`link`, `sdir`) without which the entries are not the whole truth. */
function inParts(bytes: Buffer, from: number, id_bytes: number): boolean {
  for (let at = from; at + 8 <= bytes.length - id_bytes; at += 8 + bytes.readUInt32BE(at + 4)) {
    const first = bytes.readUInt8(at)
    if (first >= 0x61 && first <= 0x7a) return true
  }
  return false
}
