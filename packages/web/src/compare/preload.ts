import { api, queries } from '../api.ts'
import { preloadSeries } from '../charts/series.ts'
import { chartedMetrics, comparedIds } from './compared.ts'

const GET_MANY = 'POST /api/2.0/millrace/runs/get-many'

/**
 * Asks for what a comparison shows while the page's own script is still on its way. Lines are asked for only by who really goes there: of
 * long runs they cost the server a second, and a pointer that passes a link is no visit.
 */
export async function preloadCompared(search: string, isVisit: boolean): Promise<void> {
  const run_ids = comparedIds(search)
  if (run_ids.length === 0) return
  const question = { queryKey: [GET_MANY, { run_ids }], queryFn: () => api.call(GET_MANY, { run_ids }) }
  if (!isVisit) return queries.prefetchQuery(question)
  // What goes wrong is asked for, and told, by the page.
  const found = await queries.fetchQuery(question).catch(() => undefined)
  if (!found) return
  const shown = found.runs.map(({ info }) => info.run_id)
  for (const name of chartedMetrics(found.runs)) preloadSeries(name, shown)
}
