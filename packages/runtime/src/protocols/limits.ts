import type { Table } from '../signature/table.ts'
import { RequestProblem } from './request-problem.ts'

/** What a request may ask for at most. */
export type Limits = {
  readonly body_max_bytes: number
  readonly rows_max: number
  readonly columns_max: number
  /** Until the whole request has arrived. */
  readonly request_ms: number
}

export const LIMITS: Limits = { body_max_bytes: 16 * 1024 * 1024, rows_max: 50_000, columns_max: 100_000, request_ms: 30_000 }

/** @throws RequestProblem for more rows or columns than one request may have */
export function withinLimits({ rows, width }: Table, { rows_max, columns_max }: Limits): void {
  if (rows > rows_max) throw new RequestProblem(`${rows} rows are more than one request may have (${rows_max}): send them in several.`, 413)
  if (width > columns_max) throw new RequestProblem(`${width} columns are more than one request may have (${columns_max}).`, 413)
}
