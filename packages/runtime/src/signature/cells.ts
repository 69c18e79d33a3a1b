import { type Cell, type Column, InputProblem } from '../backend.ts'
import type { ColumnType } from './signature.ts'
import { cellAt, type Table } from './table.ts'

/** Reads a value as a type; undefined when it is of another. `is_text`: a CSV's, where numbers are digits. */
type Read = (cell: unknown, is_text: boolean) => Cell | undefined

/** What CSV files of pandas leave empty or write for a missing value. */
const MISSING = new Set(['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', '-NaN', '-nan', 'null', 'NULL', 'None', '#N/A', '<NA>'])
const NUMBER = /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf(?:inity)?)\s*$/i

/** The number that a CSV's text says, NaN for a missing one, undefined for other text. */
export function numberIn(text: string): number | undefined {
  if (MISSING.has(text)) return Number.NaN
  if (!NUMBER.test(text)) return undefined
  const number = Number(text)
  if (!Number.isNaN(number)) return number
  return text.trim().startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const double: Read = (cell, is_text) => {
  if (typeof cell === 'number') return cell
  if (cell === null) return Number.NaN
  return is_text && typeof cell === 'string' ? numberIn(cell) : undefined
}

const float: Read = (cell, is_text) => {
  const number = double(cell, is_text)
  return number === undefined ? undefined : Math.fround(number as number)
}

const whole =
  (least: number, most: number): Read =>
  (cell, is_text) => {
    const number = is_text && typeof cell === 'string' ? numberIn(cell) : cell
    return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most ? number : undefined
  }

const string: Read = (cell, is_text) => {
  if (cell === null || (is_text && MISSING.has(cell as string))) return null
  return typeof cell === 'string' ? cell : undefined
}

const boolean: Read = (cell, is_text) => {
  if (typeof cell === 'boolean') return cell
  if (is_text && typeof cell === 'string') {
    const word = cell.toLowerCase()
    return word === 'true' ? true : word === 'false' ? false : undefined
  }
  return undefined
}

export const READERS: Readonly<Record<ColumnType, Read>> = {
  double,
  float,
  // Beyond 2^53 a double no longer holds every integer: another one would be predicted with.
  long: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  integer: whole(-(2 ** 31), 2 ** 31 - 1),
  boolean,
  string,
  binary: string,
  datetime: string,
}

export const WORDS: Readonly<Record<ColumnType, string>> = {
  double: 'a number (double)',
  float: 'a number (float)',
  long: 'an integer within ±2^53 (long)',
  integer: 'an integer of 32 bits (integer)',
  boolean: 'true or false (boolean)',
  string: 'a text (string)',
  binary: 'a text in Base64 (binary)',
  datetime: 'a text such as "2026-11-21T09:30:00" (datetime)',
}

/** A column of which nothing is known: numbers when all of it is numbers, else each value by itself. */
export function inferred(table: Table, at: number): Column {
  const is_text = table.is_text === true
  const known = table.by === 'column' ? table.cells[at] : undefined
  if (known instanceof Float64Array) return known
  const numbers = new Float64Array(table.rows)
  for (let row = 0; row < table.rows; row++) {
    const number = double(cellAt(table, row, at), is_text)
    if (number === undefined) return mixed(table, at)
    numbers[row] = number as number
  }
  return numbers
}

function mixed(table: Table, at: number): Cell[] {
  const cells: Cell[] = []
  for (let row = 0; row < table.rows; row++) {
    const cell = cellAt(table, row, at)
    if (typeof cell === 'object' && cell !== null) {
      const what = Array.isArray(cell) ? 'a list' : 'an object'
      throw new InputProblem(`Column '${table.names?.[at] ?? at}', row ${row}: expected a number, a text or a boolean, got ${what}.`)
    }
    cells.push(table.is_text === true && MISSING.has(cell as string) ? null : ((cell ?? null) as Cell))
  }
  return cells
}
