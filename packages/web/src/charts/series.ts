import type { Output } from '@millrace/client'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, queries } from '../api.ts'

const ROUTE = 'POST /api/2.0/millrace/metrics/series'
// Several requests are answered at once, and the first lines are there before the last.
const RUNS_AT_ONCE = 10
const POINTS_IN_ALL = 10_000
const POINTS_MIN = 100
const POINTS_MAX = 500

export type Series = Output<typeof ROUTE>['series'][number]

type Found = { readonly series: readonly Series[]; readonly isComplete: boolean }

const together = (results: readonly { data?: { series: readonly Series[] } | undefined; isSuccess: boolean }[]): Found => ({
  series: results.flatMap(({ data }) => data?.series ?? []),
  isComplete: results.every(({ isSuccess }) => isSuccess),
})

/** The server answers two at a time: of an odd number, one would be answered alone while the other thread has nothing to do. */
function partsOf(run_ids: readonly string[]): string[][] {
  const least = Math.ceil(run_ids.length / RUNS_AT_ONCE)
  const count = least > 1 && least % 2 === 1 ? least + 1 : least
  const size = Math.ceil(run_ids.length / Math.max(1, count))
  return Array.from({ length: count }, (_, at) => run_ids.slice(at * size, (at + 1) * size)).filter((part) => part.length > 0)
}

/** What the server is asked for: one metric of some runs, thinned to what can be seen of so many lines. */
function questionsOf(metric_key: string, run_ids: readonly string[], x: 'step' | 'time', range?: readonly [number, number]) {
  const points = Math.min(POINTS_MAX, Math.max(POINTS_MIN, Math.floor(POINTS_IN_ALL / Math.max(1, run_ids.length))))
  const within = range && { start: Math.floor(range[0]), end: Math.ceil(range[1]) }
  return partsOf(run_ids).map((part) => {
    const input = { run_ids: part, metric_key, x, points, ...within }
    return { queryKey: [ROUTE, input], queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ROUTE, input, { signal }) }
  })
}

/** One metric of some runs, as lines. */
export function useSeries(metric_key: string, run_ids: readonly string[], x: 'step' | 'time', range?: readonly [number, number]): Found {
  const questions = useMemo(() => questionsOf(metric_key, run_ids, x, range), [metric_key, run_ids, x, range])
  return useQueries({
    queries: questions.map((question) => ({ ...question, placeholderData: keepPreviousData })),
    combine: together,
  })
}

/** Asks for the lines that a chart by step will show first, before there is a chart. */
export function preloadSeries(metric_key: string, run_ids: readonly string[]): void {
  for (const question of questionsOf(metric_key, run_ids, 'step')) void queries.prefetchQuery(question)
}
