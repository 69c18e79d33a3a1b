import type { ReactNode } from 'react'
import { Scroll } from './Scroll.tsx'

/** A column: its title; numbers stand to the right; `hidden` is read aloud only, over buttons for one. */
export type Column = string | { readonly title: string; readonly look: 'number' | 'hidden' }

type Props = { label: string; columns: readonly Column[]; tall?: boolean; children: ReactNode }

/** A table that scrolls by itself where it is wider than the page. */
export function Table({ label, columns, tall = false, children }: Props) {
  return (
    <Scroll label={label} {...(tall && { look: 'tall' as const })}>
      <table>
        <thead>
          <tr>{columns.map(heading)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  )
}

function heading(column: Column): ReactNode {
  if (typeof column === 'string') return <th key={column}>{column}</th>
  const { title, look } = column
  return (
    <th key={title} className={look === 'number' ? 'number' : ''}>
      {look === 'hidden' ? <span className="hidden">{title}</span> : title}
    </th>
  )
}

/** The column over a row's buttons. */
export const ACTIONS: Column = { title: 'Actions', look: 'hidden' }
