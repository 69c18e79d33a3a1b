import type { ReactNode } from 'react'
import { count } from '../format.ts'
import { Search } from '../parts/Search.tsx'
import { useFew } from './use-few.ts'

type Props<T> = {
  all: readonly T[]
  /** What they are: "group". */
  noun: string
  children: (one: T) => ReactNode
}

/** Cards one below the other; where there are many, some at a time, and a field to find one by its name. */
export function Few<T extends { readonly name: string }>({ all, noun, children }: Props<T>) {
  const { typed, setTyped, shown, left, more, isLong } = useFew(all)
  return (
    <>
      {isLong && (
        <div className="bar">
          <Search label={`Search ${noun}s by name`} placeholder="Search by name" value={typed} onChange={setTyped} />
          <span className="faint">{count(all.length, noun)}</span>
        </div>
      )}
      {all.length > 0 && shown.length === 0 && <p className="faint">No {noun} has that name.</p>}
      <div className="stack">{shown.map(children)}</div>
      {left > 0 && (
        <p>
          <button type="button" onClick={more}>
            Show more
          </button>{' '}
          <span className="faint">{left.toLocaleString('en-GB')} are left</span>
        </p>
      )}
    </>
  )
}
