import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type Compressors, type DecodedArray, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet'

/** A row group's columns in the file's order; those that nobody wants are empty. */
export type RowGroup = { readonly rows: number; readonly names: readonly string[]; readonly cells: readonly (Float64Array | unknown[])[] }

/** What a page may unpack to is what its header says, and no more than this. */
const PAGE_MAX_BYTES = 1024 * 1024 * 1024
const bounded = (size: number): { maxOutputLength: number } => ({ maxOutputLength: Math.min(size, PAGE_MAX_BYTES) })
const UNPACK: Compressors = {
  GZIP: (input, size) => gunzipSync(input, bounded(size)),
  BROTLI: (input, size) => brotliDecompressSync(input, bounded(size)),
  ZSTD: (input, size) => zstdDecompressSync(input, bounded(size)),
}

/** Reads a Parquet file row group after row group; `wanted` are the names of the columns to read, undefined for all. */
export async function* rowGroups(path: string, wanted: ReadonlySet<string> | undefined): AsyncGenerator<RowGroup, undefined> {
  const fd = openSync(path, 'r')
  try {
    const file = { byteLength: fstatSync(fd).size, slice: (start: number, end?: number) => bytesOf(fd, start, end) }
    const metadata = await parquetMetadataAsync(file)
    const names = parquetSchema(metadata).children.map(({ element, children }) => {
      if (children.length === 0 && element.repetition_type !== 'REPEATED') return element.name
      throw new Error(`its column '${element.name}' holds lists or objects, and models take single values`)
    })
    const scan = await parquetScan({ file, metadata, compressors: UNPACK })
    for (const range of scan.ranges) {
      const rows = range.rowEnd - range.rowStart
      const cells: RowGroup['cells'][number][] = []
      for (const name of names) {
        const values = wanted?.has(name) === false ? [] : cellsOf(await scan.readColumn({ column: name, ...range }))
        if (values.length !== rows && wanted?.has(name) !== false)
          throw new Error(`its column '${name}' has ${values.length} of ${rows} values`)
        cells.push(values)
      }
      yield { rows, names, cells }
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

function bytesOf(fd: number, start: number, end?: number): ArrayBuffer {
  const size = fstatSync(fd).size
  const length = Math.max(0, Math.min(end ?? size, size) - start)
  const bytes = new Uint8Array(new ArrayBuffer(length))
  for (let got = 0; got < length; ) {
    const more = readSync(fd, bytes, got, length - got, start + got)
    if (more === 0) break
    got += more
  }
  return bytes.buffer
}

/** Values as tables have them: numbers, texts, booleans, null; times as texts of ISO 8601. */
function cellsOf(values: DecodedArray): Float64Array | unknown[] {
  // A copy, since its memory is handed over and the reader may share it.
  if (values instanceof Float64Array) return values.slice()
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint32Array) return Float64Array.from(values)
  if (values.length > 0 && (values as readonly unknown[]).every((value) => typeof value === 'number')) {
    return Float64Array.from(values as readonly number[])
  }
  return Array.from(values as readonly unknown[], (value) => {
    if (typeof value === 'bigint') return Number(value)
    if (value === undefined) return null
    return value instanceof Date ? value.toISOString() : value
  })
}
