import { useEffect, useState } from 'react'

type Props = {
  /** What the button says first. */
  label: string
  /** What it is about, for those who don't see where it stands. */
  about: string
  onSure: () => void
}

const WAITS_MS = 5_000

/** A button for what can't be taken back: the first click asks, the second does it. */
export function Twice({ label, about, onSure }: Props) {
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    if (!asked) return
    const timer = setTimeout(() => setAsked(false), WAITS_MS)
    return () => clearTimeout(timer)
  }, [asked])
  const click = (): void => {
    setAsked(!asked)
    if (asked) onSure()
  }
  return (
    <button
      type="button"
      className={asked ? 'danger' : 'quiet danger'}
      onClick={click}
      aria-label={asked ? `${label} for good: ${about}` : `${label}: ${about}`}
    >
      {asked ? `${label} for good` : label}
    </button>
  )
}
