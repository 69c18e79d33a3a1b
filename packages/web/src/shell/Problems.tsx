import { Link } from '@tanstack/react-router'
import { sentenceOf } from '../api.ts'
import { Empty } from '../parts/Empty.tsx'

export function NothingHere() {
  return (
    <Empty page title="There is no such page.">
      <p>
        The address may be mistyped, or from a newer Millrace. Go to <Link to="/experiments">the experiments</Link>.
      </p>
    </Empty>
  )
}

/** What is shown instead of a page that failed. */
export function Broken({ error }: { error: unknown }) {
  return (
    <Empty page title="This page could not be shown.">
      <p>{sentenceOf(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </Empty>
  )
}
