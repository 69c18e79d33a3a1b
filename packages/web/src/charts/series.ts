import type { Output } from '@millrace/client'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../api.ts'

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

/** One metric of some runs, thinned to what can be seen of so many lines. */
export function useSeries(metric_key: string, run_ids: readonly string[], x: 'step' | 'time', range?: readonly [number, number]): Found {
  const points = Math.min(POINTS_MAX, Math.max(POINTS_MIN, Math.floor(POINTS_IN_ALL / Math.max(1, run_ids.length))))
  const inputs = useMemo(() => {
    const within = range && { start: Math.floor(range[0]), end: Math.ceil(range[1]) }
    const parts = partsOf(run_ids)
    return parts.map((part) => ({ run_ids: part, metric_key, x, points, ...within }))
  }, [metric_key, run_ids, x, points, range])
  return useQueries({
    queries: inputs.map((input) => ({
      queryKey: [ROUTE, input],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.call(ROUTE, input, { signal }),
      placeholderData: keepPreviousData,
    })),
    combine: together,
  })
}
