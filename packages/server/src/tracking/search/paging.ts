import type { Dialect } from '../../db/dialect.ts'
import type { Reader, Value } from '../../db/handles.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { ALWAYS, type Fragment } from './sql.ts'

/**
 * One term of an SQL order. Rows without a value come last. The last term of an order must tell any two rows apart, and `required`
 * says that no row lacks the value, so that an index can serve the order.
 */
export type Term = { readonly sql: string; readonly direction: 'asc' | 'desc'; readonly required?: boolean }

/** Where the next page begins: after the row with these values, or, where those are too long for a token, after so many rows. */
export type Cursor = { readonly after?: readonly Value[]; readonly skip?: number }

const AFTER_MAX = 2_000

/** The terms as `order by` takes them. */
export const orderSql = (dialect: Dialect, terms: readonly Term[]): string =>
  terms.map(({ sql, direction, required }) => (required ? `${sql} ${direction}` : dialect.orderBy(sql, direction))).join(', ')

/**
 * The rows behind the one with these values. Paging by it costs the same for every page, and no row is missed or given twice because
 * others were added or removed meanwhile.
 */
export function afterSql(terms: readonly Term[], after: readonly Value[] | undefined): Fragment {
  if (!after) return ALWAYS
  const first = terms[0] as Term
  const value = after[0] as Value
  const rest = terms.slice(1)
  // Written as "not before, and if equal then ...", not as a chain of ORs: so an index can start at the first term's value.
  const behind = behindSql(first, value)
  if (rest.length === 0) return behind
  const equal = equalSql(first, value)
  const further = afterSql(rest, after.slice(1))
  const sql = `${behind.sql} or (${equal.sql} and (${further.sql}))`
  const values = [...behind.values, ...equal.values, ...further.values]
  if (!first.required) return { sql, values }
  const range = `${first.sql} ${first.direction === 'asc' ? '>=' : '<='} ?`
  return { sql: `${range} and (${sql})`, values: [value, ...values] }
}

function behindSql({ sql, direction, required }: Term, value: Value): Fragment {
  if (value === null) return { sql: '1 = 0', values: [] }
  const beyond = `${sql} ${direction === 'asc' ? '>' : '<'} ?`
  return { sql: required ? beyond : `(${beyond} or ${sql} is null)`, values: [value] }
}

const equalSql = ({ sql }: Term, value: Value): Fragment =>
  value === null ? { sql: `${sql} is null`, values: [] } : { sql: `${sql} = ?`, values: [value] }

// JSON has no infinities: they travel as texts that no run can have as a number.
const toJson = (value: Value): Value | { n: string } =>
  typeof value === 'number' && !Number.isFinite(value) ? { n: String(value) } : value
const fromJson = (value: Value | { n: string }): Value => (typeof value === 'object' && value !== null ? Number(value.n) : value)

/** The token for the page behind a row with these order values, the `skipped + given`th of the whole answer. */
export function sealCursor(db: Reader, purpose: string, after: readonly Value[], skip: number): Promise<string> {
  const values = after.map(toJson)
  return sealPage(db, purpose, JSON.stringify(values).length <= AFTER_MAX ? { after: values } : { skip })
}

/** What {@link sealCursor} sealed; an empty cursor without a token. @throws ApiError INVALID_PARAMETER_VALUE */
export async function openCursor(db: Reader, purpose: string, token: string | undefined): Promise<Cursor> {
  if (!token) return {}
  const { after, skip } = await openPage<{ after?: (Value | { n: string })[]; skip?: number }>(db, purpose, token)
  return { ...(after && { after: after.map(fromJson) }), ...(skip !== undefined && { skip }) }
}
