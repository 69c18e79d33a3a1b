import type { ReactNode, RefObject } from 'react'

type Props = { label: string; look?: 'tall' | 'tall compared'; place?: RefObject<HTMLDivElement | null>; children: ReactNode }

/** A region that scrolls by itself, also by keys: a table wider or longer than the page. */
export function Scroll({ label, look, place, children }: Props) {
  return (
    <div {...(place && { ref: place })} className={look ? `scroll ${look}` : 'scroll'} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  )
}
