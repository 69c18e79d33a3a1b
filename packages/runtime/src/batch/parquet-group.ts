import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  snappyUncompress,
} from 'hyparquet'

/** A row group's columns in the file's order; those that nobody wants are empty. */
export type RowGroup = { readonly rows: number; readonly names: readonly string[]; readonly cells: readonly (Float64Array | unknown[])[] }

/** What a file may hold at most, where that is bounded. */
export type GroupBounds = {
  readonly rows: number
  readonly columns: number
  /** Values in all rows and columns that are read. */
  readonly cells: number
  /** What all its pages may unpack to. */
  readonly unpacked_bytes: number
  /** What all its texts may be long. */
  readonly characters: number
}

/** More than may be held is asked for. */
export class TooMuch extends Error {}

/** What a page may unpack to is what its header says, and no more than this. */
const PAGE_MAX_BYTES = 1024 * 1024 * 1024

/** Each page unpacks to what its header says at most; all pages together to what is left. */
function unpackers(all_max_bytes = Number.POSITIVE_INFINITY): Compressors {
  let left = all_max_bytes
  const bounded = (size: number): { maxOutputLength: number } => {
    left -= size
    if (left < 0) throw new TooMuch(`it unpacks to more than ${all_max_bytes} bytes`)
    return { maxOutputLength: Math.max(1, Math.min(size, PAGE_MAX_BYTES)) }
  }
  return {
    GZIP: (input, size) => gunzipSync(input, bounded(size)),
    BROTLI: (input, size) => brotliDecompressSync(input, bounded(size)),
    ZSTD: (input, size) => zstdDecompressSync(input, bounded(size)),
    SNAPPY: (input, size) => {
      const made = new Uint8Array(Math.min(size, bounded(size).maxOutputLength))
      snappyUncompress(input, made)
      return made
    },
  }
}

/** Reads a Parquet file, or its bytes, row group after row group; `wanted` are the names of the columns to read, undefined for all. */
export async function* rowGroups(
  from: string | Uint8Array<ArrayBuffer>,
  wanted: ReadonlySet<string> | undefined,
  bounds?: GroupBounds,
): AsyncGenerator<RowGroup, undefined> {
  if (typeof from !== 'string') {
    const slice = (start: number, end?: number): ArrayBuffer => from.slice(start, end).buffer
    return yield* groupsIn({ byteLength: from.length, slice }, wanted, bounds)
  }
  const fd = openSync(from, 'r')
  try {
    return yield* groupsIn({ byteLength: fstatSync(fd).size, slice: (start, end) => bytesOf(fd, start, end) }, wanted, bounds)
  } finally {
    closeSync(fd)
  }
}

async function* groupsIn(
  file: AsyncBuffer,
  wanted: ReadonlySet<string> | undefined,
  bounds: GroupBounds | undefined,
): AsyncGenerator<RowGroup, undefined> {
  const metadata = await parquetMetadataAsync(file)
  const names = parquetSchema(metadata).children.map(({ element, children }) => {
    if (children.length === 0 && element.repetition_type !== 'REPEATED') return element.name
    throw new Error(`its column '${element.name}' holds lists or objects, and models take single values`)
  })
  const scan = await parquetScan({ file, metadata, compressors: unpackers(bounds?.unpacked_bytes) })
  if (bounds) {
    const rows = scan.ranges.reduce((sum, range) => sum + range.rowEnd - range.rowStart, 0)
    checkSize(rows, names, wanted, bounds)
  }
  let characters = bounds?.characters ?? Number.POSITIVE_INFINITY
  for (const range of scan.ranges) {
    const rows = range.rowEnd - range.rowStart
    const cells: RowGroup['cells'][number][] = []
    for (const name of names) {
      const values = wanted?.has(name) === false ? [] : cellsOf(await scan.readColumn({ column: name, ...range }))
      if (values.length !== rows && wanted?.has(name) !== false)
        throw new Error(`its column '${name}' has ${values.length} of ${rows} values`)
      characters -= charactersIn(values)
      if (characters < 0) throw new TooMuch(`its texts have more than ${bounds?.characters} characters`)
      cells.push(values)
    }
    yield { rows, names, cells }
  }
  return undefined
}

function checkSize(rows: number, names: readonly string[], wanted: ReadonlySet<string> | undefined, bounds: GroupBounds): void {
  if (rows > bounds.rows) throw new TooMuch(`it has ${rows} rows, and one request may have ${bounds.rows}`)
  if (names.length > bounds.columns) throw new TooMuch(`it has ${names.length} columns, and one request may have ${bounds.columns}`)
  const cells = rows * names.filter((name) => wanted?.has(name) !== false).length
  if (cells > bounds.cells) throw new TooMuch(`it has ${cells} values, and one request may have ${bounds.cells}`)
}

/** A text that many rows share is one here, and one for each where it is sent. */
function charactersIn(values: Float64Array | readonly unknown[]): number {
  if (values instanceof Float64Array) return 0
  let sum = 0
  for (const value of values) if (typeof value === 'string') sum += value.length
  return sum
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
