import { sentenceOf } from '../api.ts'
import { shownWords } from '../format.ts'
import type { Pages } from './use-pages.ts'

type Props<T> = { pages: Pages<T>; noun: string; total?: number | undefined }

/** The end of a list that comes in pages: how much of it is shown, and a button that fetches the next page while there is one. @param noun what they are: "model" */
export function More<T>({ pages, noun, total }: Props<T>) {
  const { hasMore, isLong, isGrowing, items, problem } = pages
  if (!hasMore && !isLong) return null
  return (
    <div className="bar spaced">
      {hasMore && (
        <button type="button" disabled={isGrowing} onClick={pages.more}>
          {isGrowing ? 'Loading…' : 'Show more'}
        </button>
      )}
      <span className="faint" aria-live="polite">
        {shownWords({ shown: items.length, noun, hasMore, ...(total !== undefined && { total }) })}
      </span>
      {problem && (
        <span className="bad" role="alert">
          {sentenceOf(problem)}
        </span>
      )}
    </div>
  )
}
