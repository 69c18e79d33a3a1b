import type { Readable } from 'node:stream'
import { isMembers, parseBody } from '../protocols/json.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { tableOfRecords } from '../protocols/tables.ts'
import type { Table } from '../signature/table.ts'

const PIECE_ROWS = 2048

/** The rows of JSON Lines as they arrive: an object a line. @throws RequestProblem */
export async function* jsonTables(from: Readable): AsyncGenerator<Table> {
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
