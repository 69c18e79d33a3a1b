import type { Readable } from 'node:stream'
import { CsvReader } from '../protocols/csv.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import type { Inputs } from '../signature/signature.ts'
import type { Table } from '../signature/table.ts'
import { CsvBlocks, WANTED } from './csv-block.ts'

/** So much is read before rows are looked for, so that few are looked at twice. */
const BLOCK_BYTES = 1024 * 1024
const ROW_MAX_BYTES = 64 * 1024 * 1024
const MARK = Buffer.from('\ufeff')

/** The rows of a CSV as it arrives, in tables that are overwritten by the next. @throws RequestProblem */
export async function* csvTables(from: Readable, inputs: Inputs | undefined): AsyncGenerator<Table> {
  const bytes = new Bytes()
  let names: readonly string[] | undefined
  let blocks: CsvBlocks | undefined
  const take = function* (): Generator<Table> {
    if (blocks === undefined || names === undefined) {
      names = headOf(bytes)
      if (names === undefined) return
      blocks = new CsvBlocks(wantedOf(names, inputs))
    }
    for (;;) {
      blocks.read(bytes.all, bytes.from, bytes.size)
      bytes.from = blocks.at
      if (blocks.rows === 0) break
      yield tableOf(names, blocks)
    }
    if (bytes.size - bytes.from > ROW_MAX_BYTES) {
      throw new RequestProblem(`CSV, row ${blocks.seen + 2}: it has more than ${ROW_MAX_BYTES / 2 ** 20} MiB. Is a quote never closed?`)
    }
  }
  for await (const piece of from as AsyncIterable<Buffer>) {
    bytes.add(piece)
    if (bytes.size - bytes.from >= BLOCK_BYTES) yield* take()
  }
  bytes.close()
  yield* take()
  if (bytes.from < bytes.size) throw new RequestProblem(`CSV, row ${(blocks?.seen ?? -1) + 2}: a quote is never closed.`)
}

function tableOf(names: readonly string[], blocks: CsvBlocks): Table {
  const cells = names.map((_, column) => blocks.column(column))
  return { rows: blocks.rows, width: names.length, names, by: 'column', cells, is_text: true }
}

/** What arrived and was not taken yet. Behind it stands a zero. */
class Bytes {
  all = Buffer.alloc(2 * BLOCK_BYTES)
  from = 0
  size = 0

  add(piece: Buffer): void {
    if (this.size + piece.length >= this.all.length) {
      const rest = this.all.subarray(this.from, this.size)
      const room = this.size - this.from + piece.length + 1 > this.all.length ? Buffer.alloc(2 * (rest.length + piece.length)) : this.all
      rest.copy(room)
      this.all = room
      this.size -= this.from
      this.from = 0
    }
    piece.copy(this.all, this.size)
    this.size += piece.length
    this.all[this.size] = 0
  }

  /** Ends the last line, if nothing did. */
  close(): void {
    if (this.size > this.from && this.all[this.size - 1] !== LINE_FEED) this.add(Buffer.from('\n'))
  }
}

const LINE_FEED = 10

/** The names in the first line that has any; undefined until it is whole. */
function headOf(bytes: Bytes): readonly string[] | undefined {
  const { all, from, size } = bytes
  const start = all.subarray(from, Math.min(size, from + MARK.length)).equals(MARK) ? from + MARK.length : from
  // A name may have line ends between quotes: then more lines are needed.
  for (let end = all.indexOf(LINE_FEED, start); end !== -1 && end < size; end = all.indexOf(LINE_FEED, end + 1)) {
    const [names] = new CsvReader().push(all.toString('utf8', start, end + 1))
    if (names === undefined) continue
    bytes.from = end + 1
    return names
  }
  return undefined
}

const NUMBERS: ReadonlySet<string> = new Set(['double', 'float', 'long', 'integer'])

/** What a model wants of each column of a file. Without a signature each is taken for numbers until it shows something else. */
function wantedOf(names: readonly string[], inputs: Inputs | undefined): Uint8Array {
  const wanted = (type: string): number => (NUMBERS.has(type) ? WANTED.numbers : WANTED.texts)
  if (inputs === undefined) return new Uint8Array(names.length).fill(WANTED.numbers)
  if (inputs.kind === 'matrix') return new Uint8Array(names.length).fill(wanted(inputs.type))
  const is_by_place = inputs.columns.some(({ name }) => name === undefined)
  const types = new Map(inputs.columns.map(({ name, type }) => [name, type]))
  return Uint8Array.from(names, (name, at) => {
    const type = is_by_place ? inputs.columns[at]?.type : types.get(name)
    return type === undefined ? WANTED.nothing : wanted(type)
  })
}
