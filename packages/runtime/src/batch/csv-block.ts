import { RequestProblem } from '../protocols/request-problem.ts'
import { numberIn } from '../signature/cells.ts'
import { DecimalReader } from './decimal.ts'

/** What is wanted of a column: nothing, its numbers, or its texts. */
export const WANTED = { nothing: 0, numbers: 1, texts: 2 } as const

/** A column of a block: numbers where all of it was numbers or missing, else texts; empty where nothing was wanted. */
export type BlockColumn = Float64Array | readonly string[]

const ROWS_MAX = 2048
const QUOTE = 34
const COMMA = 44
const LINE_FEED = 10
const RETURN = 13

/**
 * Reads rows of CSV from bytes into columns, without a text for each cell. Quotes are as of RFC 4180, lines end in either way, and lines
 * with nothing on them are skipped. The columns are overwritten by the next block.
 */
export class CsvBlocks {
  readonly #width: number
  readonly #wanted: Uint8Array
  readonly #numbers: readonly Float64Array[]
  readonly #decimals = new DecimalReader()
  #texts: string[][] = []
  /** Columns that were wanted as numbers, and hold something else: from then on they are texts. */
  #turned = false
  /** Where the cell that was read ends: the comma or the end of the line; -1 when the bytes ended first. */
  #end = 0
  /** The first byte that no row took. */
  at = 0
  /** How many rows the last block had. */
  rows = 0
  /** How many rows all blocks had. */
  seen = 0

  constructor(wanted: Uint8Array) {
    this.#wanted = wanted
    this.#width = wanted.length
    this.#numbers = Array.from(wanted, (one) => new Float64Array(one === WANTED.numbers ? ROWS_MAX : 0))
  }

  /** Reads up to 2,048 whole rows from `from`; `bytes[size]` has to be there, and be zero. @throws RequestProblem */
  read(bytes: Buffer, from: number, size: number): void {
    do {
      this.#turned = false
      this.#texts = Array.from(this.#wanted, () => [])
      this.at = from
      this.rows = 0
      while (this.rows < ROWS_MAX && this.#row(bytes, size));
    } while (this.#turned)
    this.seen += this.rows
  }

  column(at: number): BlockColumn {
    const texts = this.#texts[at] as string[]
    // A row that was not whole may have left one more.
    texts.length = this.#wanted[at] === WANTED.texts ? this.rows : 0
    if (this.#wanted[at] !== WANTED.numbers) return texts
    return (this.#numbers[at] as Float64Array).subarray(0, this.rows)
  }

  /** Reads a row; false when it is not whole. */
  #row(bytes: Buffer, size: number): boolean {
    let at = this.at
    const last = this.#width - 1
    for (let column = 0; column <= last; column++) {
      this.#cell(bytes, at, size, column)
      const end = this.#end
      if (end === -1) return false
      const is_comma = bytes[end] === COMMA
      if (is_comma !== column < last) return this.#odd(bytes, size, column, end)
      at = end + 1
    }
    this.at = at
    // A single column's empty line is a line with nothing on it.
    if (last > 0 || !this.#isBlank()) this.rows++
    return true
  }

  #isBlank(): boolean {
    return this.#wanted[0] === WANTED.texts && this.#texts[0]?.[this.rows] === ''
  }

  #cell(bytes: Buffer, from: number, size: number, column: number): void {
    const wanted = this.#wanted[column]
    if (wanted === WANTED.numbers) {
      const decimals = this.#decimals
      const number = decimals.read(bytes, from)
      const at = decimals.at
      if (!Number.isNaN(number) && at < size) {
        const code = bytes[at] as number
        if (code === COMMA || code === LINE_FEED || (code === RETURN && bytes[at + 1] === LINE_FEED)) {
          ;(this.#numbers[column] as Float64Array)[this.rows] = number
          this.#end = code === RETURN ? at + 1 : at
          return
        }
      }
    } else if (wanted === WANTED.nothing && bytes[from] !== QUOTE) {
      this.#end = endOfCell(bytes, from, size)
      return
    }
    const text = this.#text(bytes, from, size)
    if (text === undefined) return
    if (wanted === WANTED.texts) (this.#texts[column] as string[])[this.rows] = text
    else if (wanted === WANTED.numbers) this.#number(column, text)
  }

  #number(column: number, text: string): void {
    const number = numberIn(text)
    // An empty line of a single column is found where texts are.
    if (number === undefined || (this.#width === 1 && text === '')) {
      this.#wanted[column] = WANTED.texts
      this.#turned = true
    } else (this.#numbers[column] as Float64Array)[this.rows] = number
  }

  /** The text of a cell; undefined when the bytes end before it does. */
  #text(bytes: Buffer, from: number, size: number): string | undefined {
    let [start, text] = [from, '']
    if (bytes[from] === QUOTE) {
      for (start = from + 1; ; start += 2) {
        const quote = bytes.indexOf(QUOTE, start)
        if (quote === -1 || quote >= size - 1) {
          this.#end = -1
          return undefined
        }
        text += bytes.toString('utf8', start, quote)
        start = quote
        if (bytes[quote + 1] !== QUOTE) break
        text += '"'
      }
      start++
    }
    const end = endOfCell(bytes, start, size)
    this.#end = end
    if (end === -1) return undefined
    const is_last = bytes[end] === LINE_FEED
    const rest = bytes.toString('utf8', start, is_last && end > start && bytes[end - 1] === RETURN ? end - 1 : end)
    return text + rest
  }

  /** A row that has not as many cells as it should: a line with nothing on it, which is skipped, or a mistake. */
  #odd(bytes: Buffer, size: number, column: number, end: number): boolean {
    const from = this.at
    if (column === 0 && bytes[end] === LINE_FEED && (end === from || (end === from + 1 && bytes[from] === RETURN))) {
      this.at = end + 1
      return true
    }
    let [count, at] = [column + 1, end]
    for (; bytes[at] === COMMA; count++) {
      this.#text(bytes, at + 1, size)
      if (this.#end === -1) return false
      at = this.#end
    }
    const row = this.seen + this.rows + 2
    throw new RequestProblem(`CSV, row ${row}: ${count} values, and the first line names ${this.#width} columns.`)
  }
}

/** Where a cell without quotes ends; -1 when the bytes end first. */
function endOfCell(bytes: Buffer, from: number, size: number): number {
  for (let at = from; at < size; at++) if (bytes[at] === COMMA || bytes[at] === LINE_FEED) return at
  return -1
}
