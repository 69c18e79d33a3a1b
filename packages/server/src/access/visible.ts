import type { Dialect } from '../db/dialect.ts'
import { query, type Reader, type Value } from '../db/handles.ts'
import type { Visible } from '../http/access.ts'

const AMONG = {
  experiment: query<[id: number]>((dialect) => `select id from experiment where ${dialect.inIntegers('id')} and workspace = ?`),
  registered_model: query<[id: number]>((dialect) => `select id from registered_model where ${dialect.inIntegers('id')} and workspace = ?`),
} as const

/** A condition for a `where`, and its values; `column` holds the internal id that `visible` is about. */
export function shownSql(visible: Visible, column: string, dialect: Dialect): { sql: string; values: readonly Value[] } {
  const granted = grantedSql(visible, column, dialect)
  const { within } = visible
  if (!within) return granted
  const sql = `${column} in (select id from ${within.table} where workspace = ?)`
  return { sql: `(${granted.sql} and ${sql})`, values: [...granted.values, within.workspace] }
}

/** The same without a look at workspaces, for what is in one itself. */
export function grantedSql(visible: Visible, column: string, dialect: Dialect): { sql: string; values: readonly Value[] } {
  if (visible.mode === 'all') return { sql: '1 = 1', values: [] }
  const among = dialect.inIntegers(column)
  return { sql: visible.mode === 'only' ? among : `not (${among})`, values: [dialect.list(visible.ids)] }
}

/** Tells of these internal ids whether they are shown. Without workspaces it is known without a look into the database. */
export async function seesAmong(db: Reader, visible: Visible, ids: readonly number[]): Promise<(id: number) => boolean> {
  const { within } = visible
  if (!within) return granted(visible)
  const isGranted = granted(visible)
  const here = new Set((await db.tuples(AMONG[within.table], db.dialect.list(ids), within.workspace)).map(([id]) => id))
  return (id) => here.has(id) && isGranted(id)
}

/** Those of these internal ids that are shown. */
export async function shownOf(db: Reader, visible: Visible, ids: readonly number[]): Promise<number[]> {
  return ids.filter(await seesAmong(db, visible, ids))
}

function granted(visible: Visible): (id: number) => boolean {
  if (visible.mode === 'all') return () => true
  const named = new Set(visible.ids)
  return visible.mode === 'only' ? (id) => named.has(id) : (id) => !named.has(id)
}
