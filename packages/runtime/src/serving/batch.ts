import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Label, Prediction } from '../backend.ts'
import { CsvReader, tableOfCsvRows } from '../protocols/csv.ts'
import { isMembers, parseBody } from '../protocols/json.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { tableOfRecords } from '../protocols/tables.ts'
import type { Table } from '../signature/table.ts'
import { type Method, predict, rowsOf, type Served } from './served.ts'

/** Rows to predict, and where the predictions go. */
export type Batch = {
  readonly from: Readable
  readonly to: Writable
  readonly input: 'csv' | 'jsonl'
  readonly output: 'csv' | 'jsonl'
  readonly method: Method
}

const PIECE_ROWS = 4096

/** Predicts in pieces; gives how many rows there were. @throws InputProblem, RequestProblem at the first row that does not fit */
export async function predictRows(model: Served, { from, to, input, output, method }: Batch): Promise<number> {
  let rows = 0
  const write = async (text: string): Promise<void> => {
    if (!to.write(text)) await once(to, 'drain')
  }
  for await (const table of input === 'csv' ? csvTables(from) : jsonTables(from)) {
    const prediction = numbered(rows, () => predict(model, table, method))
    if (rows === 0 && output === 'csv') await write(`${headOf(model, prediction).map(quoted).join(',')}\n`)
    rows += table.rows
    await write(linesOf(prediction, output))
  }
  to.end()
  if (to !== process.stdout) await finished(to)
  return rows
}

/** A row is counted from the file's first, whatever piece it is in. */
function numbered<T>(before: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (before > 0) (error as Error).message += ` (Rows are counted from row ${before} of the file.)`
    throw error
  }
}

async function* csvTables(from: Readable): AsyncGenerator<Table> {
  const reader = new CsvReader()
  from.setEncoding('utf8')
  let names: string[] | undefined
  let rows: string[][] = []
  let line = 2
  const take = function* (found: string[][], is_last: boolean): Generator<Table> {
    for (const row of found) rows.push(row)
    names ??= rows.shift()
    while (names && (rows.length >= PIECE_ROWS || (is_last && rows.length > 0))) {
      const piece = rows.slice(0, PIECE_ROWS)
      rows = rows.slice(PIECE_ROWS)
      yield tableOfCsvRows(names, piece, line)
      line += piece.length
    }
  }
  let is_first = true
  for await (const piece of from as AsyncIterable<string>) {
    yield* take(reader.push(is_first ? piece.replace(/^\ufeff/, '') : piece), false)
    is_first = false
  }
  yield* take(reader.end(), true)
}

async function* jsonTables(from: Readable): AsyncGenerator<Table> {
  from.setEncoding('utf8')
  let rest = ''
  let records: unknown[] = []
  let line = 0
  const read = (text: string): void => {
    line++
    if (text.trim() === '') return
    const record = parseBody(Buffer.from(text))
    if (!isMembers(record)) throw new RequestProblem(`Line ${line}: expected an object with a value for each column.`)
    records.push(record)
  }
  for await (const piece of from as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) {
      read(text)
      if (records.length < PIECE_ROWS) continue
      yield tableOfRecords(records)
      records = []
    }
  }
  read(rest)
  if (records.length > 0) yield tableOfRecords(records)
}

function headOf({ backend }: Served, { columns }: Prediction): readonly string[] {
  if (columns === 1) return ['prediction']
  return Array.from({ length: columns }, (_, at) => String(backend.classes?.[at] ?? at))
}

function linesOf(prediction: Prediction, output: 'csv' | 'jsonl'): string {
  let text = ''
  for (const row of rowsOf(prediction)) {
    if (output === 'jsonl') text += `${JSON.stringify({ prediction: row })}\n`
    else text += `${Array.isArray(row) ? row.map(quoted).join(',') : quoted(row as Label)}\n`
  }
  return text
}

const quoted = (value: Label): string => {
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
