import { sentenceOf } from '../api.ts'
import { shownWords } from '../format.ts'
import type { Pages } from './use-pages.ts'

type Props = {
  readonly shown: number
  /** What they are: "model". */
  readonly noun: string
  readonly total?: number | undefined
  readonly hasMore?: boolean
  readonly isBusy?: boolean
  readonly problem?: Error | null
  readonly onMore: () => void
}

/** The end of a list of which a part is shown: how much, and a button for the next part while there is one. */
export function ShowMore({ shown, noun, total, hasMore = true, isBusy = false, problem = null, onMore }: Props) {
  return (
    <div className="bar spaced">
      {hasMore && (
        <button type="button" disabled={isBusy} onClick={onMore}>
          {isBusy ? 'Loading…' : 'Show more'}
        </button>
      )}
      <span className="faint" aria-live="polite">
        {shownWords({ shown, noun, hasMore, ...(total !== undefined && { total }) })}
      </span>
      {problem && (
        <span className="bad" role="alert">
          {sentenceOf(problem)}
        </span>
      )}
    </div>
  )
}

/** The end of a list that comes in pages; nothing where all of it came at once. */
export function More<T>({ pages, noun, total }: { pages: Pages<T>; noun: string; total?: number | undefined }) {
  const { items, hasMore, isLong, isGrowing, problem, more } = pages
  if (!hasMore && !isLong) return null
  return <ShowMore shown={items.length} noun={noun} total={total} hasMore={hasMore} isBusy={isGrowing} problem={problem} onMore={more} />
}
