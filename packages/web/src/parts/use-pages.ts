import type { Input, Output, Route } from '@millrace/client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../api.ts'

/** What has been fetched of a list that comes in pages. */
export type Pages<T, Answer = unknown> = {
  readonly items: readonly T[]
  /** What came first, with what is told of the whole list. */
  readonly first: Answer | undefined
  readonly isPending: boolean
  readonly error: Error | null
  readonly hasMore: boolean
  readonly isFetching: boolean
  readonly more: () => void
  readonly retry: () => void
}

/** Asks for a list page by page; the next one when somebody wants more. */
export function usePages<R extends Route, T>(route: R, input: Input<R>, itemsOf: (answer: Output<R>) => readonly T[]): Pages<T, Output<R>> {
  const asked = useInfiniteQuery({
    queryKey: [route, 'pages', input],
    queryFn: ({ pageParam, signal }) => api.call(route, pageParam === '' ? input : { ...input, page_token: pageParam }, { signal }),
    initialPageParam: '',
    // While somebody types, what was found before stands until the next is there.
    placeholderData: keepPreviousData,
    getNextPageParam: (answer) => (answer as { next_page_token?: string }).next_page_token,
  })
  return {
    first: asked.data?.pages[0] as Output<R> | undefined,
    items: (asked.data?.pages ?? []).flatMap((answer) => itemsOf(answer as Output<R>)),
    isPending: asked.isPending,
    error: asked.error,
    hasMore: asked.hasNextPage,
    isFetching: asked.isFetching,
    more: () => void asked.fetchNextPage(),
    retry: () => void asked.refetch(),
  }
}
