import type { Source } from './source.ts'
import { readLocal } from './zip/records.ts'

/** What bytes are, by what they say themselves: a name's ending is anybody's choice. */
export type Kind =
  | 'empty'
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'zlib'
  | 'zstd'
  | 'bzip2'
  | 'xz'
  | 'lzma'
  | 'lz4'
  | '7z'
  | 'rar'
  | 'pickle'
  | 'numpy'
  | 'hdf5'
  | 'safetensors'
  | 'gguf'
  | 'catboost'
  | 'flatbuffer'
  | 'native'
  | 'bytecode'
  | 'parquet'
  | 'image'
  | 'text'
  | 'binary'

type Signature = { readonly kind: Kind; readonly at?: number; readonly bytes: string }

// Written as text in Latin-1, so that each character is a byte.
const SIGNATURES: readonly Signature[] = [
  { kind: 'zip', bytes: 'PK\x03\x04' },
  { kind: 'zip', bytes: 'PK\x05\x06' },
  { kind: 'gzip', bytes: '\x1f\x8b\x08' },
  { kind: 'zstd', bytes: '\x28\xb5\x2f\xfd' },
  { kind: 'bzip2', bytes: 'BZh' },
  { kind: 'xz', bytes: '\xfd7zXZ\x00' },
  { kind: 'lzma', bytes: '\x5d\x00\x00' },
  { kind: 'lz4', bytes: '\x04\x22\x4d\x18' },
  { kind: '7z', bytes: '7z\xbc\xaf\x27\x1c' },
  { kind: 'rar', bytes: 'Rar!\x1a\x07' },
  { kind: 'numpy', bytes: '\x93NUMPY' },
  { kind: 'gguf', bytes: 'GGUF' },
  { kind: 'catboost', bytes: 'CBM1' },
  { kind: 'flatbuffer', at: 4, bytes: 'TFL3' },
  { kind: 'native', bytes: '\x7fELF' },
  { kind: 'native', bytes: '\xfe\xed\xfa\xce' },
  { kind: 'native', bytes: '\xfe\xed\xfa\xcf' },
  { kind: 'native', bytes: '\xce\xfa\xed\xfe' },
  { kind: 'native', bytes: '\xcf\xfa\xed\xfe' },
  { kind: 'native', bytes: '\xca\xfe\xba\xbe' },
  { kind: 'native', bytes: '\x00asm' },
  { kind: 'native', bytes: '!<arch>\n' },
  { kind: 'parquet', bytes: 'PAR1' },
  { kind: 'image', bytes: '\x89PNG\r\n\x1a\n' },
  { kind: 'image', bytes: '\xff\xd8\xff' },
  { kind: 'image', bytes: 'GIF8' },
]

const HDF5 = '\x89HDF\r\n\x1a\n'
const HEAD_BYTES = 4096

/** What a source is. `pickle` is said of streams with a protocol number only: older ones are told from text by reading them. */
export function kindOf(source: Source): Kind {
  if (source.size === 0) return 'empty'
  const head = source.read(0, HEAD_BYTES)
  const starts = (bytes: string, at = 0): boolean => head.subarray(at, at + bytes.length).equals(Buffer.from(bytes, 'latin1'))
  if (head[0] === 0x80 && (head[1] ?? 255) <= 5) return 'pickle'
  for (const { kind, at, bytes } of SIGNATURES) if (starts(bytes, at)) return kind
  if (hasHdf5(source, starts)) return 'hdf5'
  if (isWindows(source, head)) return 'native'
  if (isTar(head)) return 'tar'
  if (isZlib(head)) return 'zlib'
  if (isSafetensors(source, head)) return 'safetensors'
  if (isBytecode(head)) return 'bytecode'
  if (endsAsZip(source)) return 'zip'
  return isText(head) ? 'text' : 'binary'
}

/** The header of an HDF5 file may stand at 0, 512, 1024 and so on, by doubling. */
function hasHdf5(source: Source, starts: (bytes: string, at?: number) => boolean): boolean {
  if (starts(HDF5)) return true
  for (let at = 512; at + 8 <= source.size; at *= 2) if (source.read(at, 8).toString('latin1') === HDF5) return true
  return false
}

function isWindows(source: Source, head: Buffer): boolean {
  if (head.length < 64 || head[0] !== 0x4d || head[1] !== 0x5a) return false
  const at = head.readUInt32LE(60)
  return source.read(at, 4).toString('latin1') === 'PE\0\0'
}

/** A tar has no signature in its oldest form, but each header has a checksum. */
function isTar(head: Buffer): boolean {
  if (head.length < 512) return false
  const field = head
    .toString('latin1', 148, 156)
    .replace(/[\0 ]+$/, '')
    .trim()
  if (!/^[0-7]{1,7}$/.test(field)) return false
  let sum = 8 * 32
  for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += head[at] ?? 0
  return sum === Number.parseInt(field, 8)
}

function isZlib(head: Buffer): boolean {
  if (head.length < 6) return false
  const [method = 0, flags = 0] = head
  return method === 0x78 && ((method << 8) | flags) % 31 === 0 && (flags & 0x20) === 0
}

function isSafetensors(source: Source, head: Buffer): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false
  const high = head.readUInt32LE(4)
  // A length that no file has is no less a try to be one.
  return head[9] === 0x22 || head[9] === 0x7d || (high === 0 && head.readUInt32LE(0) <= source.size - 8)
}

/** Python's compiled files: a number of the version, CR LF, flags. */
const isBytecode = (head: Buffer): boolean =>
  head.length >= 16 && head[2] === 0x0d && head[3] === 0x0a && (head[1] ?? 0) >= 0x0c && (head[1] ?? 0) <= 0x0f && head.readUInt32LE(4) <= 3

/** Whether a zip ends here: an archive may have anything before it. */
export function endsAsZip(source: Source): boolean {
  const tail = source.read(Math.max(0, source.size - 66_000), 66_000)
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (at === -1 || at + 22 > tail.length) return false
  const entries = tail.readUInt16LE(at + 10)
  const size = tail.readUInt32LE(at + 12)
  const start = tail.length - source.size + at
  return entries > 0 && size > 0 && (size > start || readLocal(source, 0) !== undefined || tail.includes('PK\x01\x02', 0, 'latin1'))
}

/** Whether it reads as text: UTF-8 or ASCII without the control characters that no text has. */
export function isText(head: Buffer): boolean {
  let odd = 0
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) odd++
  if (odd > 0) return false
  try {
    // The head may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}
