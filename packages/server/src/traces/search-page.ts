import type { Reader } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'
import { shownExperiments } from '../tracking/experiments/index.ts'
import { pageOf } from '../tracking/search/index.ts'
import { findTraces } from './search-query.ts'
import type { TraceInfo } from './trace.ts'
import { tracesToWire } from './trace-reader.ts'

export const RESULTS_DEFAULT = 100
export const RESULTS_MAX = 500

/** What a search asks for, in either version of the wire. */
export type SearchRequest = {
  readonly experiment_ids: readonly string[]
  readonly filter: string
  readonly max_results: number
  readonly order_by: readonly string[]
  readonly page_token: string
}

/** A page of the traces that a search finds. @throws ApiError INVALID_PARAMETER_VALUE */
export async function searchPage(
  db: Reader,
  { experiment_ids, filter, max_results, order_by, page_token }: SearchRequest,
  visible: Visible,
): Promise<{ traces: TraceInfo[]; next_page_token?: string }> {
  const experiments = await shownExperiments(db, experiment_ids, visible)
  const purpose = JSON.stringify(['traces/search 1', experiment_ids, filter, order_by])
  const wanted = { purpose, page_token, count: max_results }
  const search = { experiments, filter, order_by }
  const { rows, ...next } = await pageOf(db, wanted, (cursor, limit) => findTraces(db, search, cursor, limit))
  return { traces: await tracesToWire(db, rows), ...next }
}
