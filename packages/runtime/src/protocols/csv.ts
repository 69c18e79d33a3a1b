import type { Table } from '../signature/table.ts'
import { RequestProblem } from './request-problem.ts'

const CELL_MAX_CHARACTERS = 1024 * 1024

/** Reads CSV as it arrives, in pieces cut anywhere: quotes as of RFC 4180, lines ending in either way. */
export class CsvReader {
  #row: string[] = []
  #cell = ''
  #is_quoted = false
  /** Whether the last character was a quote that may end the cell or be the first of two. */
  #maybe_end = false
  #was_quoted = false
  #line = 1

  /** The rows that are complete with this piece. @throws RequestProblem */
  push(piece: string): string[][] {
    const rows: string[][] = []
    let from = 0
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (this.#is_quoted && !this.#maybe_end) {
        if (code === QUOTE) {
          this.#cell += piece.slice(from, at)
          from = at + 1
          this.#maybe_end = true
        }
        continue
      }
      if (this.#maybe_end) {
        this.#maybe_end = false
        if (code === QUOTE) {
          // The second of two is meant itself: the next slice begins with it.
          from = at
          continue
        }
        this.#is_quoted = false
      }
      if (code === COMMA || code === LINE_FEED) {
        this.#endCell(piece.slice(from, at))
        from = at + 1
        if (code === LINE_FEED) this.#endRow(rows)
      } else if (code === QUOTE && this.#cell === '' && at === from && !this.#was_quoted) {
        this.#is_quoted = true
        this.#was_quoted = true
        from = at + 1
      }
    }
    if (!this.#maybe_end) this.#cell += piece.slice(from)
    if (this.#cell.length > CELL_MAX_CHARACTERS) throw new RequestProblem(`CSV, line ${this.#line}: a value is too long.`)
    return rows
  }

  /** The last row, when no line end follows it. */
  end(): string[][] {
    if (this.#is_quoted && !this.#maybe_end) throw new RequestProblem(`CSV, line ${this.#line}: a quote is never closed.`)
    const rows: string[][] = []
    if (this.#cell !== '' || this.#row.length > 0 || this.#was_quoted) {
      this.#endCell('')
      this.#endRow(rows)
    }
    return rows
  }

  #endCell(rest: string): void {
    this.#row.push(this.#cell + rest)
    this.#cell = ''
    this.#was_quoted = false
    this.#is_quoted = false
    this.#maybe_end = false
  }

  #endRow(rows: string[][]): void {
    const last = this.#row.length - 1
    const cell = this.#row[last] as string
    if (cell.endsWith('\r')) this.#row[last] = cell.slice(0, -1)
    // pandas skips lines with nothing on them.
    if (last > 0 || this.#row[0] !== '') rows.push(this.#row)
    this.#row = []
    this.#line++
  }
}

const QUOTE = 34
const COMMA = 44
const LINE_FEED = 10

/** A whole CSV, whose first line names the columns. @throws RequestProblem */
export function tableOfCsv(text: string): Table {
  const reader = new CsvReader()
  const rows = [...reader.push(text.replace(/^\ufeff/, '')), ...reader.end()]
  const names = rows.shift()
  if (names === undefined) throw new RequestProblem('The CSV is empty: its first line names the columns.')
  return tableOfCsvRows(names, rows)
}

/** Rows below a line of names, whose number in the file is `first_line`. @throws RequestProblem */
export function tableOfCsvRows(names: readonly string[], rows: readonly (readonly string[])[], first_line = 2): Table {
  const odd = rows.findIndex((row) => row.length !== names.length)
  if (odd !== -1) {
    throw new RequestProblem(`CSV, row ${first_line + odd}: ${rows[odd]?.length} values, and the first line names ${names.length} columns.`)
  }
  return { rows: rows.length, width: names.length, names, by: 'row', cells: rows, is_text: true }
}
