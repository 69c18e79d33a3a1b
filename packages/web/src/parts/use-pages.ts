import type { Input, Output, Route } from '@millrace/client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../api.ts'

/** What has been fetched of a list that comes in pages. */
export type Pages<T, Answer = unknown> = {
  readonly items: readonly T[]
  /** What came first, with what is told of the whole list. */
  readonly first: Answer | undefined
  readonly isPending: boolean
  /** Why nothing is there. */
  readonly error: Error | null
  /** Why what is there could not become more. */
  readonly problem: Error | null
  readonly hasMore: boolean
  /** Whether somebody wanted more than came first. */
  readonly isLong: boolean
  /** Whether more that somebody wanted is on its way. */
  readonly isGrowing: boolean
  readonly more: () => void
  readonly retry: () => void
}

/** Asks for a list page by page; the next one when somebody wants more. With `refetch_ms`, what is shown is asked for again and again. */
export function usePages<R extends Route, T>(
  route: R,
  input: Input<R>,
  itemsOf: (answer: Output<R>) => readonly T[],
  { refetch_ms }: { refetch_ms?: number } = {},
): Pages<T, Output<R>> {
  const asked = useInfiniteQuery({
    queryKey: [route, 'pages', input],
    queryFn: ({ pageParam, signal }) => api.call(route, pageParam === '' ? input : { ...input, page_token: pageParam }, { signal }),
    initialPageParam: '',
    // While somebody types, what was found before stands until the next is there.
    placeholderData: keepPreviousData,
    getNextPageParam: (answer) => (answer as { next_page_token?: string }).next_page_token,
    // Each page is a request: a long list is asked for as much more seldom.
    refetchInterval: ({ state }) => refetch_ms !== undefined && refetch_ms * (state.data?.pages.length ?? 1),
  })
  const pages = (asked.data?.pages ?? []) as Output<R>[]
  return {
    first: pages[0],
    items: pages.flatMap(itemsOf),
    isPending: asked.isPending,
    error: asked.data ? null : asked.error,
    problem: asked.data ? asked.error : null,
    hasMore: asked.hasNextPage,
    isLong: pages.length > 1,
    isGrowing: asked.isFetchingNextPage,
    more: () => void asked.fetchNextPage(),
    retry: () => void asked.refetch(),
  }
}
