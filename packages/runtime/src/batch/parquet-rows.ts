import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compressors, DecodedArray } from 'hyparquet'
import { RequestProblem } from '../protocols/request-problem.ts'
import type { Inputs } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'

const PIECE_ROWS = 8192

/** What a page may unpack to is what its header says, and no more than this. */
const PAGE_MAX_BYTES = 1024 * 1024 * 1024
const bounded = (size: number): number => Math.min(size, PAGE_MAX_BYTES)
const UNPACK: Compressors = {
  GZIP: (input, size) => gunzipSync(input, { maxOutputLength: bounded(size) }),
  BROTLI: (input, size) => brotliDecompressSync(input, { maxOutputLength: bounded(size) }),
  ZSTD: (input, size) => zstdDecompressSync(input, { maxOutputLength: bounded(size) }),
}

/** The rows of a Parquet file, row group after row group. @throws RequestProblem */
export async function* parquetTables(path: string, inputs: Inputs | undefined): AsyncGenerator<Table> {
  const fd = openSync(path, 'r')
  try {
    yield* tablesOf(fd, inputs)
  } catch (error) {
    // Whatever the reader says of bytes that are wrong is the file's fault.
    if (error instanceof RequestProblem) throw error
    throw new RequestProblem(`${path} can't be read as Parquet: ${(error as Error).message}.`)
  } finally {
    closeSync(fd)
  }
}

async function* tablesOf(fd: number, inputs: Inputs | undefined): AsyncGenerator<Table> {
  const { parquetMetadataAsync, parquetScan, parquetSchema } = await import('hyparquet')
  const file = { byteLength: fstatSync(fd).size, slice: (start: number, end?: number) => bytesOf(fd, start, end) }
  const metadata = await parquetMetadataAsync(file)
  const names = parquetSchema(metadata).children.map(({ element, children }) => {
    if (children.length === 0 && element.repetition_type !== 'REPEATED') return element.name
    throw new RequestProblem(`The Parquet file's column '${element.name}' holds lists or objects; models take single values.`)
  })
  const wanted = new Set(inputs?.kind === 'columns' ? inputs.columns.map(({ name }) => name) : names)
  const is_by_name = !wanted.has(undefined)
  const scan = await parquetScan({ file, metadata, compressors: UNPACK })
  for (const range of scan.ranges) {
    const columns: (Float64Array | readonly unknown[])[] = []
    for (const name of names) {
      columns.push(is_by_name && !wanted.has(name) ? [] : cellsOf(await scan.readColumn({ column: name, ...range })))
    }
    const rows = range.rowEnd - range.rowStart
    for (let from = 0; from < rows; from += PIECE_ROWS) {
      const to = Math.min(rows, from + PIECE_ROWS)
      const cells = columns.map((column) => (column instanceof Float64Array ? column.subarray(from, to) : column.slice(from, to)))
      yield { rows: to - from, width: names.length, names, by: 'column', cells }
    }
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
function cellsOf(values: DecodedArray): Float64Array | readonly unknown[] {
  if (values instanceof Float64Array) return values
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
