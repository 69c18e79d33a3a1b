import type { Output } from '@millrace/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, sentenceOf, useApi } from '../api.ts'
import type { Column, View } from './view.ts'

const TABLE = 'POST /api/2.0/millrace/runs/table'
const PAGE_MAX = 100
// What is told as it happens are points and states; params, tags and runs of long ago are asked for.
const ASKED_MS = 30_000

export type Row = Output<typeof TABLE>['rows'][number]

export type Runs = {
  readonly rows: readonly Row[]
  /** How many there are in all; undefined while nobody knows. */
  readonly total: number | undefined
  readonly isLoading: boolean
  /** Why there are none: the server's sentence about the filter, mostly. */
  readonly problem: string
  readonly hasMore: boolean
  readonly more: () => void
}

/** What a row has in a column, of those it was asked with; null where the run has none. */
export function valueIn(row: Row, columns: readonly Column[], id: string): string | number | null {
  const column = columns.find((one) => one.id === id)
  if (!column) return null
  const place = columns.filter(({ kind }) => kind === column.kind).indexOf(column)
  // The tags of a row begin with the parent run's, where they were asked for, which is no column.
  return row[column.kind][column.kind === 'tags' ? place + 1 : place] ?? null
}

const namesOf = (columns: readonly Column[], kind: Column['kind']): string[] =>
  columns.filter((column) => column.kind === kind).map(({ name }) => name)

/** The runs of a view, page by page as somebody scrolls, with the columns that are shown and no others. */
export function useRuns(experiment_id: string, view: View, columns: readonly Column[], enabled: boolean): Runs {
  const input = {
    experiment_ids: [experiment_id],
    filter: view.filter ?? '',
    run_view_type: view.deleted ? ('DELETED_ONLY' as const) : ('ACTIVE_ONLY' as const),
    order_by: view.order ? [view.order] : [],
    max_results: PAGE_MAX,
    metrics: namesOf(columns, 'metrics'),
    params: namesOf(columns, 'params'),
    tags: ['mlflow.parentRunId', ...namesOf(columns, 'tags')],
  }
  const found = useInfiniteQuery({
    queryKey: [TABLE, input],
    queryFn: ({ pageParam, signal }) => api.call(TABLE, { ...input, page_token: pageParam }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_page_token,
    enabled,
    placeholderData: (before) => before,
    // New runs appear by themselves while the first page is what is looked at; a long scroll is not loaded again and again.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= 1 ? ASKED_MS : false),
  })
  // Rows are found without looking at all runs; to count is to look at all. So it is asked apart, and not again for another order.
  const { experiment_ids, filter, run_view_type } = input
  const counted = useApi(TABLE, { experiment_ids, filter, run_view_type, max_results: 1, count: true }, { enabled, refetch_ms: ASKED_MS })
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.rows) ?? [], [found.data])
  return {
    rows: found.isError ? [] : rows,
    total: found.isError ? undefined : found.hasNextPage ? counted.data?.total : rows.length,
    isLoading: found.isPending,
    problem: found.isError ? sentenceOf(found.error) : '',
    hasMore: found.hasNextPage,
    more: () => {
      if (!found.isFetchingNextPage && found.hasNextPage) void found.fetchNextPage()
    },
  }
}
