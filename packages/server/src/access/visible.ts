import type { Dialect } from '../db/dialect.ts'
import type { Value } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'

/** A condition for a `where`, and its values; `column` holds the internal id that `visible` is about. */
export function shownSql(visible: Visible, column: string, dialect: Dialect): { sql: string; values: readonly Value[] } {
  if (visible.mode === 'all') return { sql: '1 = 1', values: [] }
  const among = dialect.inIntegers(column)
  return { sql: visible.mode === 'only' ? among : `not (${among})`, values: [dialect.list(visible.ids)] }
}

/** Tells of internal ids whether they are shown. */
export function seenBy(visible: Visible): (id: number) => boolean {
  if (visible.mode === 'all') return () => true
  const named = new Set(visible.ids)
  return visible.mode === 'only' ? (id) => named.has(id) : (id) => !named.has(id)
}
