import type { Pages } from './use-pages.ts'

/** A button that fetches the next page of a list, while there is one. */
export function More<T>({ pages }: { pages: Pages<T> }) {
  if (!pages.hasMore) return null
  return (
    <p>
      <button type="button" disabled={pages.isFetching} onClick={pages.more}>
        {pages.isFetching ? 'Loading…' : 'Show more'}
      </button>
    </p>
  )
}
