import { shownSql } from '../../access/visible.ts'
import type { Dialect } from '../../db/dialect.ts'
import type { Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'
import { invalid } from '../../http/errors.ts'
import {
  type Clause,
  type Cursor,
  type Found,
  type Fragment,
  LIST_OPERATORS,
  language,
  NUMBER_OPERATORS,
  type Order,
  PRESENCE_OPERATORS,
  selectFrom,
  TEXT_OPERATORS,
  type Term,
  testIntegerSql,
  testSql,
  type ViewType,
} from '../search/index.ts'
import { experimentKey } from './experiment.ts'
import { EXPERIMENT_COLUMNS, type ExperimentRow } from './experiment-store.ts'

/** What experiments can be filtered and sorted by. */
export const experimentLanguage = language({
  attributes: [
    { name: 'name', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'experiment_id', kind: 'text', operators: ['=', '!=', ...LIST_OPERATORS] },
    { name: 'creation_time', kind: 'number', operators: NUMBER_OPERATORS },
    { name: 'last_update_time', kind: 'number', operators: NUMBER_OPERATORS },
  ],
  keyed: { tag: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS] },
})

const COLUMN_OF: Record<string, string> = { name: 'name', experiment_id: 'id', creation_time: 'created_ms', last_update_time: 'updated_ms' }
const DEFAULT_ORDER: readonly Order[] = [
  { entity: 'attribute', name: 'creation_time', direction: 'desc' },
  { entity: 'attribute', name: 'experiment_id', direction: 'asc' },
]
const SQL_OF_VIEW: Record<ViewType, string> = { ACTIVE_ONLY: 'deleted_ms is null', DELETED_ONLY: 'deleted_ms is not null', ALL: '1 = 1' }

/** The terms of an order; it ends with the id, so that no two experiments are equal. */
export function experimentTerms(orders: readonly Order[]): readonly Term[] {
  const terms = (orders.length > 0 ? orders : DEFAULT_ORDER).map(({ entity, name, direction }): Term => {
    if (entity !== 'attribute') throw invalid(`Invalid order_by entity: ${entity}. Experiments are sorted by their attributes only.`)
    return { sql: COLUMN_OF[name] as string, direction, required: true }
  })
  return terms.some(({ sql }) => sql === 'id') ? terms : [...terms, { sql: 'id', direction: 'desc', required: true }]
}

/** The experiments that a search finds, from where the cursor points. */
export function findExperiments(
  db: Reader,
  { view, clauses, terms, visible }: ExperimentSearch,
  cursor: Cursor,
  limit: number,
): Promise<Found<ExperimentRow>[]> {
  const where = [
    { sql: SQL_OF_VIEW[view], values: [] },
    shownSql(visible, 'id', db.dialect),
    ...clauses.map((clause) => clauseSql(db.dialect, clause)),
  ]
  return selectFrom(db, { columns: EXPERIMENT_COLUMNS, from: 'experiment', where, terms }, cursor, limit)
}

export type ExperimentSearch = {
  readonly view: ViewType
  readonly clauses: readonly Clause[]
  readonly terms: readonly Term[]
  readonly visible: Visible
}

function clauseSql(dialect: Dialect, { entity, name, test }: Clause): Fragment {
  if (entity === 'tag') {
    const ofKey = 'select 1 from experiment_tag where experiment = experiment.id and key = ?'
    if (test.kind === 'presence') return { sql: `${test.operator === 'IS NULL' ? 'not ' : ''}exists (${ofKey})`, values: [name] }
    const value = testSql(dialect, 'value', test)
    return { sql: `exists (${ofKey} and ${value.sql})`, values: [name, ...value.values] }
  }
  const column = COLUMN_OF[name] as string
  if (test.kind === 'number') return testIntegerSql(column, test)
  if (name === 'experiment_id') return idSql(dialect, test)
  return testSql(dialect, column, test as Exclude<typeof test, { kind: 'presence' }>)
}

function idSql(dialect: Dialect, test: Clause['test']): Fragment {
  const texts = test.kind === 'list' ? test.values : test.kind === 'text' ? [test.value] : []
  const ids = texts.map((text) => {
    const id = experimentKey(text)
    if (id === undefined) throw invalid(`Invalid experiment ID '${text.slice(0, 100)}': experiment ids are whole numbers.`)
    return id
  })
  const within = dialect.inIntegers('id')
  const not = test.operator === 'NOT IN' || test.operator === '!='
  return { sql: not ? `not (${within})` : within, values: [dialect.list(ids)] }
}
