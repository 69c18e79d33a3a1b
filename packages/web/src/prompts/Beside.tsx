import { Fragment } from 'react'
import { type Change, difference, pairsOf, wordsOf } from './difference.ts'

type Side = { readonly version: string; readonly text: string }

/** Two versions of a text side by side, line beside line, with what changed within a line marked. */
export function Beside({ before, after }: { before: Side; after: Side }) {
  const pairs = pairsOf(difference(before.text, after.text))
  return (
    <section className="beside difference" aria-label={`Version ${before.version} beside version ${after.version}`}>
      <h2>Version {before.version}</h2>
      <h2>Version {after.version}</h2>
      {pairs.map(({ left, right }, at) => {
        const words = left && right && left.kind !== 'same' ? wordsOf(left.line, right.line) : undefined
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
          <Fragment key={at}>
            <Line change={left} words={words?.filter(({ kind }) => kind !== 'added')} />
            <Line change={right} words={words?.filter(({ kind }) => kind !== 'removed')} />
          </Fragment>
        )
      })}
    </section>
  )
}

function Line({ change, words }: { change: Change | undefined; words: readonly Change[] | undefined }) {
  if (!change) return <div className="none" />
  return (
    <div className={change.kind}>
      {change.kind !== 'same' && <span className="hidden">{change.kind}: </span>}
      {words
        ? words.map(({ kind, line }, at) => {
            // biome-ignore lint/suspicious/noArrayIndexKey: words have no other identity
            if (kind !== 'same') return <mark key={at}>{line}</mark>
            return line
          })
        : change.line || ' '}
    </div>
  )
}
