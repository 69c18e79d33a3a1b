import type { Output } from '@millrace/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, sentenceOf, useApi } from '../api.ts'
import type { Column, View } from './view.ts'

export const TABLE = 'POST /api/2.0/millrace/runs/table'
const PAGE_MAX = 100
// What is told as it happens is about the newest runs: those of long ago are asked for.
const ASKED_MS = 30_000

export type Row = Output<typeof TABLE>['rows'][number]

/** What is looked for, and in which order. */
export type RunSearch = {
  readonly experiment_ids: string[]
  readonly filter: string
  readonly run_view_type: 'ACTIVE_ONLY' | 'DELETED_ONLY'
  readonly order_by: string[]
}

export type Runs = {
  readonly search: RunSearch
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

/** The columns as the table is asked for them: a row's tags begin with the parent run's. */
export const asked = (columns: readonly Column[]): { metrics: string[]; params: string[]; tags: string[] } => ({
  metrics: namesOf(columns, 'metrics'),
  params: namesOf(columns, 'params'),
  tags: ['mlflow.parentRunId', ...namesOf(columns, 'tags')],
})

/** The runs of a view, page by page as somebody scrolls, with the columns that are shown and no others. */
export function useRuns(experiment_id: string, view: View, columns: readonly Column[], enabled: boolean): Runs {
  const search: RunSearch = {
    experiment_ids: [experiment_id],
    filter: view.filter ?? '',
    run_view_type: view.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
    order_by: view.order ? [view.order] : [],
  }
  const input = { ...search, ...asked(columns), max_results: PAGE_MAX }
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
  const { experiment_ids, filter, run_view_type } = search
  const counted = useApi(TABLE, { experiment_ids, filter, run_view_type, max_results: 1, count: true }, { enabled, refetch_ms: ASKED_MS })
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.rows) ?? [], [found.data])
  return {
    search,
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
