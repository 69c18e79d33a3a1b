import type { Row } from './use-runs.ts'
import type { Column } from './view.ts'

function valuesOf(row: Row, columns: readonly Column[]): Record<string, unknown> {
  const next = { metrics: 0, params: 0, tags: 1 }
  const { run_id, run_name, status, user_id, start_time, end_time } = row
  const values: Record<string, unknown> = { run_id, run_name, status, user_id, start_time, end_time }
  for (const { kind, id } of columns) values[id] = row[kind][next[kind]++]
  return values
}

const FORMULA = /^[=+\-@\t\r\n]/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

// A cell that begins like a formula is one to a spreadsheet: an apostrophe makes it a text (OWASP, CSV injection).
function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  const given = String(value)
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV (RFC 4180), with a line of names. */
export function toCsv(rows: readonly Row[], columns: readonly Column[]): string {
  const lines = rows.map((row) => valuesOf(row, columns))
  const names = ['run_id', 'run_name', 'status', 'user_id', 'start_time', 'end_time', ...columns.map(({ id }) => id)]
  const all = [names.map(cell), ...lines.map((line) => names.map((name) => cell(line[name])))]
  return `${all.map((line) => line.join(',')).join('\r\n')}\r\n`
}

/** Rows as JSON Lines. */
export const toJsonLines = (rows: readonly Row[], columns: readonly Column[]): string =>
  rows.map((row) => `${JSON.stringify(valuesOf(row, columns))}\n`).join('')
