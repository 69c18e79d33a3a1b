import { csvOf } from '../parts/csv.ts'
import type { Row } from './use-runs.ts'
import type { Column } from './view.ts'

function valuesOf(row: Row, columns: readonly Column[]): Record<string, unknown> {
  const next = { metrics: 0, params: 0, tags: 1 }
  const { run_id, run_name, status, user_id, start_time, end_time } = row
  const values: Record<string, unknown> = { run_id, run_name, status, user_id, start_time, end_time }
  for (const { kind, id } of columns) values[id] = row[kind][next[kind]++]
  return values
}

/** Rows as CSV. */
export function toCsv(rows: readonly Row[], columns: readonly Column[]): string {
  const lines = rows.map((row) => valuesOf(row, columns))
  const names = ['run_id', 'run_name', 'status', 'user_id', 'start_time', 'end_time', ...columns.map(({ id }) => id)]
  return csvOf(
    names,
    lines.map((line) => names.map((name) => line[name])),
  )
}

/** Rows as JSON Lines. */
export const toJsonLines = (rows: readonly Row[], columns: readonly Column[]): string =>
  rows.map((row) => `${JSON.stringify(valuesOf(row, columns))}\n`).join('')
