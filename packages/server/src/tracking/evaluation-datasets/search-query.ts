import { grantedSql } from '../../access/visible.ts'
import type { Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'
import { invalid } from '../../http/errors.ts'
import {
  ALWAYS,
  allOf,
  type Clause,
  type Cursor,
  type Found,
  type Fragment,
  language,
  NUMBER_OPERATORS,
  parseFilter,
  parseOrderBy,
  selectFrom,
  TEXT_OPERATORS,
  type Term,
  testIntegerSql,
  testSql,
} from '../search/index.ts'
import { DATASET_COLUMNS, type DatasetRow } from './dataset-store.ts'

const LANGUAGE = language({
  attributes: [
    { name: 'name', kind: 'text', operators: [...TEXT_OPERATORS, 'IN'] },
    { name: 'created_by', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'last_updated_by', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'created_time', kind: 'number', operators: NUMBER_OPERATORS },
    { name: 'last_update_time', kind: 'number', operators: NUMBER_OPERATORS },
  ],
  keyed: { tag: TEXT_OPERATORS },
})

type Column = { readonly sql: keyof DatasetRow; readonly required: boolean }
const COLUMN_OF: Readonly<Record<string, Column>> = {
  name: { sql: 'name', required: true },
  created_by: { sql: 'created_by', required: false },
  last_updated_by: { sql: 'updated_by', required: false },
  created_time: { sql: 'created_ms', required: true },
  last_update_time: { sql: 'updated_ms', required: true },
}

export type DatasetSearch = {
  /** Those that hang on any of these; on whichever, when there are none. */
  readonly experiments: readonly number[] | undefined
  /** Of the experiments. */
  readonly visible: Visible
  /** The account that asks: of datasets of no experiment it sees its own. */
  readonly maker: number
  readonly filter: string
  readonly order_by: readonly string[]
}

/**
 * The datasets that a search finds, from where the cursor points; without an order, the newest first.
 * @throws ApiError INVALID_PARAMETER_VALUE when filter or order can't be read
 */
export async function findDatasets(db: Reader, search: DatasetSearch, cursor: Cursor, limit: number): Promise<Found<DatasetRow>[]> {
  const where = [
    ...(search.experiments === undefined ? [] : [onExperiments(db, search.experiments)]),
    shown(db, search),
    ...parseFilter(search.filter, LANGUAGE).map((clause) => clauseSql(db, clause)),
  ]
  const selection = { columns: DATASET_COLUMNS, from: 'evaluation_dataset', where, terms: termsOf(search.order_by) }
  return selectFrom(db, selection, cursor, limit)
}

function termsOf(order_by: readonly string[]): readonly Term[] {
  const terms = parseOrderBy(order_by, LANGUAGE).map(({ entity, name, direction }): Term => {
    const column = entity === 'attribute' ? COLUMN_OF[name] : undefined
    if (!column) throw invalid(`Invalid order_by entity: ${entity}. Evaluation datasets are sorted by their attributes only.`)
    return { ...column, direction }
  })
  if (terms.length === 0) terms.push({ sql: 'created_ms', direction: 'desc', required: true })
  return [...terms, { sql: 'dataset_id', direction: 'desc', required: true }]
}

const onExperiments = (db: Reader, experiments: readonly number[]): Fragment => ({
  sql: `id in (select dataset from evaluation_dataset_experiment where ${db.dialect.inIntegers('experiment')})`,
  values: [db.dialect.list(experiments)],
})

/** A dataset is seen with any of its experiments; one that has none by its maker, and with what everyone may see. */
function shown({ dialect }: Reader, { visible, maker }: DatasetSearch): Fragment {
  const { within } = visible
  const here: Fragment = within ? { sql: 'workspace = ?', values: [within.workspace] } : ALWAYS
  if (visible.mode === 'all') return here
  const { sql, values } = grantedSql(visible, 'experiment', dialect)
  const linked = 'select 1 from evaluation_dataset_experiment where dataset = evaluation_dataset.id'
  if (visible.mode === 'except') return allOf([here, { sql: `(exists (${linked} and ${sql}) or not exists (${linked}))`, values }])
  const own = 'evaluation_dataset.id in (select dataset from evaluation_dataset_maker where account = ?)'
  return allOf([here, { sql: `(exists (${linked} and ${sql}) or (${own} and not exists (${linked})))`, values: [...values, maker] }])
}

function clauseSql(db: Reader, { entity, name, test }: Clause): Fragment {
  if (test.kind === 'presence') throw new Error('the language of evaluation datasets has no IS NULL')
  if (entity === 'attribute') {
    const column = COLUMN_OF[name]?.sql as string
    return test.kind === 'number' ? testIntegerSql(column, test) : testSql(db.dialect, column, test)
  }
  const value = testSql(db.dialect, 't.value', test)
  const sql = `exists (select 1 from evaluation_dataset_tag t where t.dataset = evaluation_dataset.id and t.key = ? and ${value.sql})`
  return { sql, values: [name, ...value.values] }
}
