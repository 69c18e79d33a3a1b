import { csvLine } from '../parts/csv.ts'
import type { Row } from './use-runs.ts'
import type { Column } from './view.ts'

function valuesOf(row: Row, columns: readonly Column[]): Record<string, unknown> {
  const next = { metrics: 0, params: 0, tags: 1 }
  const { run_id, run_name, status, user_id, start_time, end_time } = row
  const values: Record<string, unknown> = { run_id, run_name, status, user_id, start_time, end_time }
  for (const { kind, id } of columns) values[id] = row[kind][next[kind]++]
  return values
}

const ABOUT = ['run_id', 'run_name', 'status', 'user_id', 'start_time', 'end_time']
const namesOf = (columns: readonly Column[]): string[] => [...ABOUT, ...columns.map(({ id }) => id)]

/** The line of names that a CSV of runs begins with. */
export const csvHead = (columns: readonly Column[]): string => csvLine(namesOf(columns))

/** Rows as lines of CSV. */
export function csvLines(rows: readonly Row[], columns: readonly Column[]): string {
  const names = namesOf(columns)
  const lines = rows.map((row) => {
    const values = valuesOf(row, columns)
    return csvLine(names.map((name) => values[name]))
  })
  return lines.join('')
}

/** Rows as JSON Lines. */
export const toJsonLines = (rows: readonly Row[], columns: readonly Column[]): string =>
  rows.map((row) => `${JSON.stringify(valuesOf(row, columns))}\n`).join('')
