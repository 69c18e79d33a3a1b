import { type Query, query, type Reader, type Value } from '../../db/handles.ts'
import { invalid } from '../../http/errors.ts'
import { findKeys } from '../entity-keys.ts'
import {
  afterSql,
  allOf,
  type Clause,
  type Cursor,
  type Found,
  type Fragment,
  LIST_OPERATORS,
  language,
  NEVER,
  NUMBER_OPERATORS,
  orderSql,
  parseFilter,
  TEXT_OPERATORS,
  type Term,
  testIntegerSql,
  testSql,
  testText,
} from '../search/index.ts'
import { STATUS_SPELLINGS } from './logged-model.ts'
import { MODEL_COLUMNS, type ModelRow } from './model-store.ts'

const text = (name: string) => ({ name, kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] }) as const
const number = (name: string, ...aliases: string[]) => ({ name, kind: 'number', operators: NUMBER_OPERATORS, aliases }) as const

const LANGUAGE = language({
  attributes: [
    text('name'),
    text('model_id'),
    text('model_type'),
    text('status'),
    text('status_message'),
    text('source_run_id'),
    number('creation_timestamp', 'creation_timestamp_ms', 'creation_time'),
    number('last_updated_timestamp', 'last_updated_timestamp_ms', 'last_updated_time'),
  ],
  bare_text: true,
  keyed: { metric: NUMBER_OPERATORS, param: [...TEXT_OPERATORS, ...LIST_OPERATORS], tag: [...TEXT_OPERATORS, ...LIST_OPERATORS] },
})

/** The columns of attributes; those that every model has are `required` in an order. */
const COLUMNS: ReadonlyMap<string, { column: string; required: boolean }> = new Map([
  ['name', { column: 'name', required: true }],
  ['model_id', { column: 'model_id', required: true }],
  ['model_type', { column: 'model_type', required: false }],
  ['status', { column: 'status', required: true }],
  ['status_message', { column: 'status_message', required: false }],
  ['source_run_id', { column: 'source_run_id', required: false }],
  ['creation_timestamp', { column: 'created_ms', required: true }],
  ['last_updated_timestamp', { column: 'updated_ms', required: true }],
])

/** Metrics that were logged on a dataset. */
export type OnDataset = { readonly dataset_name: string; readonly dataset_digest?: string | undefined }
/** One key of an order; metrics may be asked for on one dataset. */
export type ModelOrder = {
  readonly field_name: string
  readonly ascending: boolean
  readonly dataset_name?: string | undefined
  readonly dataset_digest?: string | undefined
}

export type ModelSearch = {
  readonly experiments: readonly number[]
  readonly filter: string
  readonly datasets: readonly OnDataset[]
  readonly order_by: readonly ModelOrder[]
}

/**
 * The models that a search finds, from where the cursor points; a metric passes a clause when any value of it that was ever logged does.
 * @throws ApiError INVALID_PARAMETER_VALUE when filter or order can't be read
 */
export async function findModels(db: Reader, search: ModelSearch, cursor: Cursor, limit: number): Promise<Found<ModelRow>[]> {
  const clauses = parseFilter(search.filter, LANGUAGE)
  const keys = await findKeys(db, namesOf(clauses, search.order_by))
  const { terms, columns } = ordered(search.order_by, keys)
  const conditions = clauses.map((clause) => conditionOf(db, clause, keys, search.datasets))
  const anyMetric = search.datasets.length > 0 && !clauses.some(({ entity }) => entity === 'metric')
  const inside = allOf([
    { sql: db.dialect.inIntegers('m.experiment'), values: [db.dialect.list(search.experiments)] },
    { sql: 'm.deleted_ms is null', values: [] },
    ...conditions,
    ...(anyMetric ? [metricExists({ sql: '1 = 1', values: [] }, search.datasets)] : []),
  ])
  const after = afterSql(terms, cursor.after)
  const extra = columns.map(({ sql }, at) => `, ${sql} as o${at}`).join('')
  const statement: Query<ModelRow & Record<string, Value>> = query(
    `select * from (select ${MODEL_COLUMNS}${extra} from logged_model m where ${inside.sql}) m where ${after.sql}
     order by ${orderSql(db.dialect, terms)} limit ? offset ?`,
  )
  const values = [...columns.flatMap((column) => column.values), ...inside.values, ...after.values, limit, cursor.skip ?? 0]
  const rows = await db.all(statement, ...values)
  return rows.map((row) => ({ row, after: terms.map(({ sql }) => row[sql.slice(2)] as Value) }))
}

function* namesOf(clauses: readonly Clause[], orders: readonly ModelOrder[]): Generator<string> {
  for (const { entity, name } of clauses) if (entity !== 'attribute') yield name
  for (const { field_name } of orders) if (field_name.startsWith('metrics.')) yield field_name.slice('metrics.'.length)
}

function conditionOf(
  db: Reader,
  { entity, name, test }: Clause,
  keys: ReadonlyMap<string, number>,
  datasets: readonly OnDataset[],
): Fragment {
  if (test.kind === 'presence') throw new Error('the language of logged models has no IS NULL')
  if (entity === 'attribute') {
    const column = `m.${COLUMNS.get(name)?.column}`
    if (name === 'status' && test.kind !== 'number') return statusCondition(test)
    return test.kind === 'number' ? testIntegerSql(column, test) : testSql(db.dialect, column, test)
  }
  const key = keys.get(name)
  if (key === undefined) return NEVER
  const passes = testSql(db.dialect, 'x.value', test)
  const keyed = { sql: `x.key = ? and ${passes.sql}`, values: [key, ...passes.values] }
  if (entity === 'metric') return metricExists({ sql: `x.nan = 0 and ${keyed.sql}`, values: keyed.values }, datasets)
  return { sql: `exists (select 1 from logged_model_${entity} x where x.model = m.id and ${keyed.sql})`, values: keyed.values }
}

function metricExists(passes: Fragment, datasets: readonly OnDataset[]): Fragment {
  const on = datasets.map(onDataset)
  const any = on.length === 0 ? '' : ` and (${on.map(({ sql }) => `(${sql})`).join(' or ')})`
  return {
    sql: `exists (select 1 from logged_model_metric x where x.model = m.id and ${passes.sql}${any})`,
    values: [...passes.values, ...on.flatMap(({ values }) => values)],
  }
}

const onDataset = ({ dataset_name, dataset_digest }: OnDataset): Fragment =>
  dataset_digest
    ? { sql: 'x.dataset_name = ? and x.dataset_digest = ?', values: [dataset_name, dataset_digest] }
    : { sql: 'x.dataset_name = ?', values: [dataset_name] }

/** A status may be spelled as on the wire or as in Python: one that fits in either spelling fits, and "not" means neither. */
function statusCondition(test: Parameters<typeof testText>[1]): Fragment {
  const negative = test.operator === '!=' || test.operator === 'NOT IN'
  const fits = (spellings: readonly string[]): boolean =>
    negative ? spellings.every((one) => testText(one, test)) : spellings.some((one) => testText(one, test))
  const statuses = [...STATUS_SPELLINGS].filter(([, spellings]) => fits(spellings)).map(([status]) => status)
  return statuses.length === 0 ? NEVER : { sql: `m.status in (${statuses.join(', ')})`, values: [] }
}

/** The order as terms over columns, and the columns that only the order needs: the latest values of metrics. */
function ordered(orders: readonly ModelOrder[], keys: ReadonlyMap<string, number>): { terms: Term[]; columns: Fragment[] } {
  const terms: Term[] = []
  const columns: Fragment[] = []
  for (const { field_name, ascending, dataset_name, dataset_digest } of orders) {
    const direction = ascending ? 'asc' : 'desc'
    const attribute = COLUMNS.get(LANGUAGE.attributes.get(field_name)?.name ?? '')
    if (attribute) {
      const sql = `m.${attribute.column}`
      if (!terms.some((term) => term.sql === sql)) terms.push({ sql, direction, required: attribute.required })
    } else if (field_name.startsWith('metrics.')) {
      terms.push({ sql: `m.o${columns.length}`, direction })
      columns.push(latestMetric(keys.get(field_name.slice('metrics.'.length)), dataset_name, dataset_digest))
    } else {
      const names = [...LANGUAGE.attributes.keys()].join(', ')
      throw invalid(
        `Invalid order by field name: ${field_name}. Only metrics are supported, as in metrics.loss, and the attributes ${names}.`,
      )
    }
  }
  for (const [column, direction] of [
    ['created_ms', 'desc'],
    ['model_id', 'asc'],
  ] as const) {
    if (!terms.some((term) => term.sql === `m.${column}`)) terms.push({ sql: `m.${column}`, direction, required: true })
  }
  return { terms, columns }
}

/** The value of a metric that was logged last, of the first run where several did; none when it is NaN. */
function latestMetric(key: number | undefined, name: string | undefined, digest: string | undefined): Fragment {
  if (key === undefined) return { sql: 'cast(null as double precision)', values: [] }
  const on = [name ? ['x.dataset_name = ?', name] : [], digest ? ['x.dataset_digest = ?', digest] : []]
  const where = ['x.model = m.id', 'x.key = ?', ...on.flatMap(([sql]) => (sql ? [sql] : []))].join(' and ')
  return {
    sql: `(select case when x.nan = 1 then null else x.value end from logged_model_metric x
           where ${where} order by x.ts desc, x.step desc, x.run limit 1)`,
    values: [key, ...on.flatMap(([, value]) => (value ? [value] : []))],
  }
}
