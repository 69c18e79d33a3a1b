import type { ReactNode } from 'react'

/** What a page shows where there is nothing yet: why, and what to do about it. @param page whether it is all of the page */
export function Empty({ title, page = false, children }: { title: string; page?: boolean; children?: ReactNode }) {
  return (
    <section className="empty">
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </section>
  )
}
