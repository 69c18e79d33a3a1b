import { shownSql } from '../../access/visible.ts'
import type { Dialect } from '../../db/dialect.ts'
import type { Reader } from '../../db/handles.ts'
import {
  type Clause,
  type Cursor,
  type Found,
  type Fragment,
  LIST_OPERATORS,
  language,
  NUMBER_OPERATORS,
  type Order,
  selectFrom,
  TEXT_OPERATORS,
  type Term,
  testSql,
} from '../../tracking/search/index.ts'
import { type RegistrySearch, splitPrompts } from '../prompts-in-search.ts'
import { REGISTERED_COLUMNS, type RegisteredRow } from '../registered.ts'

const name = { name: 'name', kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] } as const
const time = (own: string, ...aliases: string[]) => ({ name: own, kind: 'number', operators: NUMBER_OPERATORS, aliases }) as const

/** What registered models can be filtered by. */
export const MODEL_FILTERS = language({ attributes: [name], keyed: { tag: TEXT_OPERATORS } })

/** What registered models can be sorted by. MLflow's `timestamp` is the time of the last update. */
export const MODEL_ORDERS = language({
  attributes: [name, time('creation_timestamp'), time('last_updated_timestamp', 'timestamp')],
  keyed: {},
})

const COLUMN_OF: Record<string, string> = { name: 'm.name', creation_timestamp: 'm.created_ms', last_updated_timestamp: 'm.updated_ms' }

/** The terms of an order; it ends with the name, so that no two models are equal. */
export function modelTerms(orders: readonly Order[]): readonly Term[] {
  const terms = orders.map(({ name: by, direction }): Term => ({ sql: COLUMN_OF[by] as string, direction, required: true }))
  return terms.some(({ sql }) => sql === 'm.name') ? terms : [...terms, { sql: 'm.name', direction: 'asc', required: true }]
}

/** The models that a search finds, from where the cursor points. */
export function findModels(
  db: Reader,
  { clauses, terms, visible }: RegistrySearch,
  cursor: Cursor,
  limit: number,
): Promise<Found<RegisteredRow>[]> {
  const { rest, prompts } = splitPrompts(clauses)
  const where = [prompts, shownSql(visible, 'm.id', db.dialect), ...rest.map((clause) => clauseSql(db.dialect, clause))]
  return selectFrom(db, { columns: REGISTERED_COLUMNS, from: 'registered_model m', where, terms }, cursor, limit)
}

function clauseSql(dialect: Dialect, { entity, name: key, test }: Clause): Fragment {
  if (test.kind === 'presence') throw new Error('the language of registered models has no IS NULL')
  if (entity === 'attribute') return testSql(dialect, COLUMN_OF[key] as string, test)
  const value = testSql(dialect, 'x.value', test)
  return {
    sql: `exists (select 1 from registered_model_tag x where x.model = m.id and x.key = ? and ${value.sql})`,
    values: [key, ...value.values],
  }
}
