import type { Dialect } from '../db/dialect.ts'
import type { Value } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'

/** A condition for a `where`, and its values; undefined when all is shown. `column` holds the internal id that `visible` is about. */
export function shownOnly(visible: Visible, column: string, dialect: Dialect): { sql: string; values: Value[] } | undefined {
  if (visible.mode === 'all') return undefined
  const among = dialect.inIntegers(column)
  return { sql: visible.mode === 'only' ? among : `not (${among})`, values: [dialect.list(visible.ids)] }
}

/** Whether one is shown; for few of them. A list of many is asked through {@link shownOf}. */
export function isShown(visible: Visible, id: number): boolean {
  return visible.mode === 'all' || visible.ids.includes(id) === (visible.mode === 'only')
}

/** Those of `ids` that are shown, in their order. */
export function shownOf(visible: Visible, ids: readonly number[]): readonly number[] {
  if (visible.mode === 'all') return ids
  const named = new Set(visible.ids)
  return ids.filter((id) => named.has(id) === (visible.mode === 'only'))
}
