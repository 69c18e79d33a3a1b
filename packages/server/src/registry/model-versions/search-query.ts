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
  testIntegerSql,
  testSql,
} from '../../tracking/search/index.ts'
import { type RegistrySearch, splitPrompts } from '../prompts-in-search.ts'
import { VERSION_COLUMNS, type VersionRow } from './version-store.ts'

const text = (name: string) => ({ name, kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] }) as const
const number = (name: string) => ({ name, kind: 'number', operators: NUMBER_OPERATORS, whole: true }) as const

/** What model versions can be filtered by. */
export const VERSION_FILTERS = language({
  attributes: [text('name'), number('version_number'), text('run_id'), { ...text('source_path'), operators: TEXT_OPERATORS }],
  keyed: { tag: TEXT_OPERATORS },
})

/** What model versions can be sorted by. */
export const VERSION_ORDERS = language({
  attributes: [text('name'), number('version_number'), number('creation_timestamp'), number('last_updated_timestamp')],
  keyed: {},
})

const COLUMN_OF: Record<string, string> = {
  name: 'm.name',
  version_number: 'v.version',
  run_id: 'v.run_id',
  source_path: 'v.source',
  creation_timestamp: 'v.created_ms',
  last_updated_timestamp: 'v.updated_ms',
}
const DEFAULT_ORDER: readonly Order[] = [{ entity: 'attribute', name: 'last_updated_timestamp', direction: 'desc' }]

/** The terms of an order; it ends with name and number, so that no two versions are equal. */
export function versionTerms(orders: readonly Order[]): readonly Term[] {
  const terms = (orders.length > 0 ? orders : DEFAULT_ORDER).map(
    ({ name, direction }): Term => ({ sql: COLUMN_OF[name] as string, direction, required: true }),
  )
  const last: Term[] = [
    { sql: 'm.name', direction: 'asc', required: true },
    { sql: 'v.version', direction: 'desc', required: true },
  ]
  return [...terms, ...last.filter(({ sql }) => !terms.some((term) => term.sql === sql))]
}

/** The versions that a search finds, from where the cursor points. */
export function findVersions(
  db: Reader,
  { clauses, terms, visible }: RegistrySearch,
  cursor: Cursor,
  limit: number,
): Promise<Found<VersionRow>[]> {
  const { rest, prompts } = splitPrompts(clauses)
  const here = { sql: 'v.deleted_ms is null', values: [] }
  const where = [here, prompts, shownSql(visible, 'v.model', db.dialect), ...rest.map((clause) => clauseSql(db.dialect, clause))]
  const from = 'model_version v join registered_model m on m.id = v.model'
  return selectFrom(db, { columns: VERSION_COLUMNS, from, where, terms }, cursor, limit)
}

function clauseSql(dialect: Dialect, { entity, name, test }: Clause): Fragment {
  if (test.kind === 'presence') throw new Error('the language of model versions has no IS NULL')
  if (entity === 'tag') {
    const value = testSql(dialect, 'x.value', test)
    return {
      sql: `exists (select 1 from model_version_tag x where x.version = v.id and x.key = ? and ${value.sql})`,
      values: [name, ...value.values],
    }
  }
  const column = COLUMN_OF[name] as string
  return test.kind === 'number' ? testIntegerSql(column, test) : testSql(dialect, column, test)
}
