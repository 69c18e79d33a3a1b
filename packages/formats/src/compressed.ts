import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Source } from './source.ts'
import { Unreadable } from './unreadable.ts'

/** Packings of one file, without a directory, that are read. */
export type Packing = 'gzip' | 'zlib' | 'zstd'

/** Packed files of more bytes than this are not read. */
const PACKED_MAX_BYTES = 256 * 1024 * 1024

/** Unpacks in memory. A stream that is cut off gives what is there: a loader reads as far, too. @throws Unreadable */
export function decompress(source: Source, packing: Packing, max_bytes: number): Buffer {
  if (source.size > PACKED_MAX_BYTES) throw new Unreadable(`packed it has more than ${PACKED_MAX_BYTES} bytes`, 0, true)
  const packed = source.read(0, source.size)
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
