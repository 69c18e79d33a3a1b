import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Label, Prediction } from '../backend.ts'
import { type Method, predict, rowsOf, type Served } from '../serving/served.ts'
import { csvTables } from './csv-rows.ts'
import { jsonTables } from './json-rows.ts'

/** Rows to predict, and where the predictions go. */
export type Batch = {
  readonly from: Readable
  readonly to: Writable
  readonly input: 'csv' | 'jsonl'
  readonly output: 'csv' | 'jsonl'
  readonly method: Method
  /** Hears how many rows are done, after each piece. */
  readonly onPiece?: (rows: number) => void
}

/** Predicts in pieces; gives how many rows there were. @throws InputProblem, RequestProblem at the first row that does not fit */
export async function predictRows(model: Served, { from, to, input, output, method, onPiece }: Batch): Promise<number> {
  let rows = 0
  const write = async (text: string): Promise<void> => {
    if (!to.write(text)) await once(to, 'drain')
  }
  for await (const table of input === 'csv' ? csvTables(from, model.signature.inputs) : jsonTables(from)) {
    const prediction = numbered(rows, () => predict(model, table, method))
    if (rows === 0 && output === 'csv') await write(`${headOf(model, prediction).map(quoted).join(',')}\n`)
    rows += table.rows
    await write(linesOf(prediction, output))
    onPiece?.(rows)
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
