import { type Input, MillraceClient, MillraceError, type Output, type Route } from '@millrace/client'
import { keepPreviousData, QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { sessionFetch } from './session.ts'

/** The server that sent this page, under whatever prefix it did. */
export const api = new MillraceClient({ url: new URL('.', document.baseURI).href.replace(/\/$/, ''), tries_max: 3, fetch: sessionFetch })

const FRESH_MS = 5_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      refetchOnWindowFocus: true,
      // The client repeats what may be repeated; what then fails has an answer to be read.
      retry: false,
    },
  },
})

/** Asks an endpoint, and keeps the answer by its route and input. With `keep`, the last answer is shown until the next is there. */
export function useApi<R extends Route>(
  route: R,
  input: Input<R>,
  { enabled = true, refetch_ms, keep = false }: { enabled?: boolean; refetch_ms?: number; keep?: boolean } = {},
): UseQueryResult<Output<R>, Error> {
  const asked = useQuery({
    queryKey: [route, input],
    queryFn: ({ signal }): Promise<unknown> => api.call(route, input, { signal }),
    enabled,
    ...(refetch_ms !== undefined && { refetchInterval: refetch_ms }),
    ...(keep && { placeholderData: keepPreviousData }),
  })
  return asked as UseQueryResult<Output<R>, Error>
}

/** What went wrong, as a sentence for people. */
export function sentenceOf(error: unknown): string {
  if (error instanceof MillraceError) return error.message
  if (error instanceof Error && error.name === 'TimeoutError') return 'The server did not answer in time.'
  return 'The server can’t be reached. Is it running?'
}

/**
 * Says that answers about something may have changed: they are asked for again where they are shown. A first answer that is on its way may
 * be of before the change, and would be taken for the new one: it is called off.
 */
export const refresh = (...routes: readonly Route[]): Promise<unknown> =>
  Promise.all(
    routes.map(async (route) => {
      const queryKey = [route]
      await queries.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined })
      await queries.invalidateQueries({ queryKey })
    }),
  )
