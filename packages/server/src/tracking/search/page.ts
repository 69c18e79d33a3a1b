import { adHocQuery, type Reader, type Value } from '../../db/handles.ts'
import { afterSql, type Cursor, openCursor, orderSql, sealCursor, type Term } from './paging.ts'
import { allOf, type Fragment } from './sql.ts'

/** A row that a search found, and the values by which it was sorted. */
export type Found<Row> = { readonly row: Row; readonly after: readonly Value[] }

/** What a request says of the page it wants; `purpose` is all that must be the same from page to page. */
export type Wanted = { readonly purpose: string; readonly page_token: string | undefined; readonly count: number }

/**
 * One page of what `find` finds, and the token of the next where there is more.
 * @throws ApiError INVALID_PARAMETER_VALUE when the token is none, or of another search
 */
export async function pageOf<Row>(
  db: Reader,
  { purpose, page_token, count }: Wanted,
  find: (cursor: Cursor, limit: number) => Promise<readonly Found<Row>[]>,
): Promise<{ rows: Row[]; next_page_token?: string }> {
  const cursor = await openCursor(db, purpose, page_token)
  const found = await find(cursor, count + 1)
  const page = found.slice(0, count)
  const rows = page.map(({ row }) => row)
  const last = page.at(-1)
  if (found.length <= count || !last) return { rows }
  return { rows, next_page_token: await sealCursor(db, purpose, last.after, (cursor.skip ?? 0) + page.length) }
}

/** A select without its order: `columns` and `from` are SQL of ours. */
export type Selection = {
  readonly columns: string
  readonly from: string
  readonly where: readonly Fragment[]
  readonly terms: readonly Term[]
}

/** The rows of a select behind the cursor, in its order. */
export async function selectFrom<Row extends object>(
  db: Reader,
  { columns, from, where, terms }: Selection,
  { after, skip = 0 }: Cursor,
  limit: number,
): Promise<Found<Row>[]> {
  const all = allOf([...where, afterSql(terms, after)])
  const sorted = terms.map(({ sql }, at) => `, ${sql} as t${at}`).join('')
  const sql = `select ${columns}${sorted} from ${from} where ${all.sql} order by ${orderSql(db.dialect, terms)} limit ? offset ?`
  const rows = await db.all(adHocQuery<Row & Record<`t${number}`, Value>>(sql), ...all.values, limit, skip)
  return rows.map((row) => ({ row, after: terms.map((_, at) => row[`t${at}`] ?? null) }))
}
