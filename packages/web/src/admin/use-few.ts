import { useState } from 'react'

const SHOWN_AT_FIRST = 20

/** The part of a list that is found by a name, and of that as many as somebody wanted to see. */
export function useFew<T extends { readonly name: string }>(all: readonly T[]) {
  const [typed, setTyped] = useState('')
  const [most, setMost] = useState(SHOWN_AT_FIRST)
  const wanted = typed.trim().toLowerCase()
  const found = all.filter(({ name }) => name.toLowerCase().includes(wanted))
  const left = Math.max(0, found.length - most)
  return {
    typed,
    setTyped,
    shown: found.slice(0, most),
    /** How many more there are. */
    left,
    more: () => setMost(most + SHOWN_AT_FIRST),
    /** Whether there are so many that one looks for them. */
    isLong: all.length > SHOWN_AT_FIRST,
  }
}
