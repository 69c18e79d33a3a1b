import type { CSSProperties } from 'react'
import type { Column } from './view.ts'

/** Stands for the column of names, which is always there and always first. */
export const NAME = 'run'

const NAME_PX = 240
const COLUMN_PX = 144

/** How wide the columns of a table are, and which of them stay while the others scroll. */
export type Layout = {
  readonly pinned: number
  readonly widthOf: (id: string) => number
  readonly styleOf: (id: string) => CSSProperties
}

/** @param pinned how many columns stay, from the first */
export function layoutOf(columns: readonly Column[], widths: Readonly<Record<string, number>> = {}, pinned = 0): Layout {
  const widthOf = (id: string): number => widths[id] ?? (id === NAME ? NAME_PX : COLUMN_PX)
  const styles = new Map<string, CSSProperties>()
  if (widths[NAME] !== undefined) styles.set(NAME, { width: widthOf(NAME) })
  let left = widthOf(NAME)
  columns.forEach(({ id }, place) => {
    const width = widths[id] === undefined ? {} : { width: widthOf(id) }
    styles.set(id, place < pinned ? { ...width, left } : width)
    left += widthOf(id)
  })
  return { pinned, widthOf, styleOf: (id) => styles.get(id) ?? {} }
}

const MIN_PX = 48
const MAX_PX = 800

/** The width that a column gets when its edge is moved. */
export const resized = (width: number, by: number): number => Math.round(Math.min(MAX_PX, Math.max(MIN_PX, width + by)))
