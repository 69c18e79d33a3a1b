import { sentenceOf } from '../api.ts'
import { Empty } from './Empty.tsx'

/** Grey lines where data is on its way. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <span key={at} />
      ))}
    </div>
  )
}

/** Why something could not be shown, and a way to try again. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Empty title="This could not be loaded.">
      <p>{sentenceOf(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </Empty>
  )
}
