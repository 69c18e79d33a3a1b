import { unpackBzip2 } from './packed/bzip2.ts'
import { unpackLz4 } from './packed/lz4.ts'
import type { Unpacked } from './packed/unpacked.ts'
import { unpackLzma, unpackXz } from './packed/xz.ts'
import type { Source } from './source.ts'
import { Unreadable } from './unreadable.ts'

/** Packings of one file, without a directory, that are read. */
export const PACKINGS = ['gzip', 'zlib', 'zstd', 'bzip2', 'xz', 'lzma', 'lz4'] as const
export type Packing = (typeof PACKINGS)[number]

/** Packed files of more bytes than this are not read. */
const PACKED_MAX_BYTES = 256 * 1024 * 1024

/** Node has none for these. */
const OWN = { bzip2: unpackBzip2, xz: unpackXz, lzma: unpackLzma, lz4: unpackLz4 } as const

/**
 * Unpacks in memory. A stream that is cut off gives what is there: a loader reads as far, too.
 * @throws Unreadable at a limit, and when nothing comes out
 */
export function decompress(source: Source, packing: Packing, max_bytes: number): Unpacked {
  if (source.size > PACKED_MAX_BYTES) throw new Unreadable(`packed it has more than ${PACKED_MAX_BYTES} bytes`, 0, true)
  const packed = source.read(0, source.size)
  if (packing === 'gzip' || packing === 'zlib' || packing === 'zstd') return { bytes: byNode(packed, packing, max_bytes) }
  const unpacked = OWN[packing](packed, max_bytes)
  if (unpacked.bytes.length === 0 && unpacked.problem !== undefined) throw new Unreadable(`it does not unpack: ${unpacked.problem}`, 0)
  return unpacked
}

function byNode(packed: Buffer, packing: 'gzip' | 'zlib' | 'zstd', max_bytes: number): Buffer {
  // Not imported: most files are not packed, and loading it is a tenth of the scanner's start.
  const { constants, gunzipSync, inflateSync, zstdDecompressSync } = process.getBuiltinModule('node:zlib')
  const how = { maxOutputLength: max_bytes }
  try {
    if (packing === 'zstd') return zstdDecompressSync(packed, how)
    const soft = { ...how, finishFlush: constants.Z_SYNC_FLUSH }
    return packing === 'gzip' ? gunzipSync(packed, soft) : inflateSync(packed, soft)
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Unreadable(`unpacked it has more than ${max_bytes} bytes`, 0, true)
    }
    throw new Unreadable('it does not unpack', 0)
  }
}
