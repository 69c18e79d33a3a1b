import type { Source } from '../../source.ts'
import { Unreadable } from '../../unreadable.ts'

/** What was found in an HDF5 file without following its structure: texts of JSON in it, and signs of parts in other files. */
export type Hdf5Signs = {
  /** Configurations of Keras, as JSON. */
  readonly configurations: readonly string[]
  readonly has_external_link: boolean
  readonly has_external_storage: boolean
}

const PIECE_BYTES = 8 * 1024 * 1024
const OVERLAP_BYTES = 4096
const TEXT_MAX_BYTES = 64 * 1024 * 1024
const CONFIGURATIONS_MAX = 64

/**
 * Looks through the bytes of a file whose structure can't be followed: what is in it stands there as it is, unless it is packed, and a
 * reader that is less strict may still find it. @throws Unreadable over a limit
 */
export function searchHdf5(source: Source): Hdf5Signs {
  const configurations: string[] = []
  let has_external_link = false
  let has_external_storage = false
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    const piece = source.read(at, PIECE_BYTES + OVERLAP_BYTES)
    for (let found = piece.indexOf('{"'); found !== -1 && found < PIECE_BYTES; found = piece.indexOf('{"', found + 2)) {
      const head = piece.toString('latin1', found, found + 40)
      if (!/^\{"(?:class_name|module|config|keras_version|layers|name|registered_name)"/.test(head)) continue
      const text = wholeObject(source, at + found)
      if (text !== undefined && configurations.length < CONFIGURATIONS_MAX) configurations.push(text)
      found += Math.max(0, (text?.length ?? 0) - 2)
    }
    has_external_storage ||= hasExternalStorage(piece)
    has_external_link ||= hasExternalLink(piece)
  }
  return { configurations, has_external_link, has_external_storage }
}

/** A text from its first brace to the one that closes it. */
function wholeObject(source: Source, at: number): string | undefined {
  let depth = 0
  let quoted = false
  for (let length = 64 * 1024; ; length *= 4) {
    const bytes = source.read(at, length)
    depth = 0
    quoted = false
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]
      if (quoted) {
        if (byte === 0x5c) index++
        else if (byte === 0x22) quoted = false
      } else if (byte === 0x22) quoted = true
      else if (byte === 0x7b) depth++
      else if (byte === 0x7d && --depth === 0) return bytes.toString('utf8', 0, index + 1)
    }
    if (bytes.length < length) return undefined
    if (length > TEXT_MAX_BYTES) throw new Unreadable('a configuration is too long', at, true)
  }
}

/** A link message of the kind 64: its version 1, flags, 64, and a length that fits. */
function hasExternalLink(piece: Buffer): boolean {
  for (let at = piece.indexOf(0x40); at !== -1 && at + 16 < piece.length; at = piece.indexOf(0x40, at + 1)) {
    const flags = piece[at - 1] ?? 0
    if (
      piece[at - 2] === 1 &&
      (flags & 0x08) !== 0 &&
      (flags & 0xe0) === 0 &&
      /[\w./-]+\.(?:h5|hdf5|keras|weights|bin|txt|json)\0|\/[\w./-]{2,}\0/.test(piece.toString('latin1', at, at + 300))
    ) {
      return true
    }
  }
  return false
}

/** A message of type 7 in an object header: the list of external files, of version 1 with three reserved bytes. */
function hasExternalStorage(piece: Buffer): boolean {
  for (
    let at = piece.indexOf('\x07\x00', 0, 'latin1');
    at !== -1 && at + 16 < piece.length;
    at = piece.indexOf('\x07\x00', at + 1, 'latin1')
  ) {
    const size = piece.readUInt16LE(at + 2)
    const allocated = piece.readUInt16LE(at + 12)
    const used = piece.readUInt16LE(at + 14)
    const is_message = size >= 24 && size % 8 === 0 && piece.readUInt32LE(at + 4) >>> 8 === 0 && piece.readUInt32LE(at + 8) === 1
    if (is_message && used > 0 && used <= allocated && allocated < 1000 && size === 16 + allocated * 24) return true
  }
  return false
}
