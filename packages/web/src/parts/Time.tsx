import { ago, moment } from '../format.ts'

/** How long ago something was, with the moment itself on hover. @param at milliseconds since 1970 */
export function Time({ at }: { at: number | undefined }) {
  if (at === undefined || at === 0) return <span className="faint">never</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={moment(at)}>
      {ago(at)}
    </time>
  )
}
