import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Soon } from '../backend.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { type Method, predict, type Served } from '../serving/served.ts'
import type { Table } from '../signature/table.ts'
import { csvTables } from './csv-rows.ts'
import { jsonTables } from './json-rows.ts'
import { parquetTables } from './parquet-rows.ts'
import { type Format, writerOf } from './writers.ts'

/** Rows to predict, and where the predictions go. */
export type Batch = {
  /** What arrives; of Parquet the path of a file, since its end is read first. */
  readonly from: Readable | string
  readonly to: Writable
  readonly input: Format
  readonly output: Format
  readonly method: Method
  /** Hears how many rows are done, after each piece. */
  readonly onPiece?: (rows: number) => void
}

/** Predicts in pieces; gives how many rows there were. @throws InputProblem, RequestProblem at the first row that does not fit */
export async function predictRows(model: Served, { from, to, input, output, method, onPiece }: Batch): Promise<number> {
  const writer = await writerOf(output, model)
  let rows = 0
  const write = async (made: string | Uint8Array): Promise<void> => {
    if (made.length > 0 && !to.write(made)) await once(to, 'drain')
  }
  for await (const table of tablesOf(model, from, input)) {
    const prediction = await numbered(rows, () => predict(model, table, method))
    rows += table.rows
    await write(writer.rows(prediction))
    onPiece?.(rows)
  }
  await write(writer.end())
  to.end()
  if (to !== process.stdout) await finished(to)
  return rows
}

function tablesOf({ signature }: Served, from: Readable | string, input: Format): AsyncGenerator<Table> {
  if (input === 'parquet') {
    if (typeof from === 'string') return parquetTables(from, signature.inputs)
    throw new RequestProblem('Parquet is read from its end: give a file.')
  }
  if (typeof from === 'string') throw new TypeError('CSV and JSON Lines are read as they arrive')
  return input === 'csv' ? csvTables(from, signature.inputs) : jsonTables(from)
}

/** A row is counted from the file's first, whatever piece it is in. */
async function numbered<T>(before: number, work: () => Soon<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (before > 0) (error as Error).message += ` (Rows are counted from row ${before} of the file.)`
    throw error
  }
}
