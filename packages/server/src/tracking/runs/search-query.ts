import type { Dialect } from '../../db/dialect.ts'
import { adHocQuery, query, type Reader, type Value } from '../../db/handles.ts'
import { CONTEXT_TAG } from '../datasets/index.ts'
import { findKeys } from '../entity-keys.ts'
import {
  ALWAYS,
  afterSql,
  allOf,
  type Clause,
  type Cursor,
  type Fragment,
  NEVER,
  orderSql,
  pageOf,
  testIntegerSql,
  testSql,
  testText,
  type ViewType,
  type Wanted,
} from '../search/index.ts'
import { RUN_STATUSES } from './run.ts'
import { RUN_COLUMNS, type RunRow } from './run-store.ts'
import { ATTRIBUTE_SQL, isNewestFirst, PLACE_JOIN, type RunOrder } from './search-language.ts'

/** Which runs are looked for, and in which order. */
export type RunSearch = {
  readonly experiments: readonly number[]
  readonly view: ViewType
  readonly clauses: readonly Clause[]
  readonly order: RunOrder
}

/** A run that was found, with the values of its order's terms: what the next page's token is made of. */
type FoundRun = RunRow & Record<`t${number}`, Value>

const VIEW_SQL: Record<ViewType, Fragment> = {
  ACTIVE_ONLY: { sql: 'run.deleted_ms is null', values: [] },
  DELETED_ONLY: { sql: 'run.deleted_ms is not null', values: [] },
  ALL: ALWAYS,
}

// Up to so many rows it is cheaper to read the newest of each experiment from the index than to sort all runs of all experiments.
const MERGED_MAX = 20_000
const NO_KEY = -1

const FEW_EXPERIMENTS = 3
const FEW_RUNS = 2_000
const HAS_MORE = query<{ more: number }>(`select 1 as more from run where experiment = ? limit 1 offset ${FEW_RUNS}`)

/** Whether there are so few runs that no search through all of them takes more than a few milliseconds. */
export async function hasFewRuns(db: Reader, experiments: readonly number[]): Promise<boolean> {
  if (experiments.length > FEW_EXPERIMENTS) return false
  for (const experiment of experiments) if (await db.get(HAS_MORE, experiment)) return false
  return true
}

/** The names of metrics, params and tags that a filter looks at. */
const keyedNames = (clauses: readonly Clause[]): string[] =>
  clauses.filter(({ entity }) => entity === 'metric' || entity === 'param' || entity === 'tag').map(({ name }) => name)

/** Whether a filter looks at the experiment's row too. */
const needsPlace = (clauses: readonly Clause[]): boolean =>
  clauses.some(({ name, entity }) => entity === 'attribute' && name === 'artifact_uri')

/** A page of the runs that a search finds, and the token of the next. @throws ApiError for a token of another search */
export const pageOfRuns = (db: Reader, search: RunSearch, wanted: Wanted): Promise<{ rows: RunRow[]; next_page_token?: string }> =>
  pageOf(db, wanted, async (cursor, limit) => {
    const found = await selectRuns(db, search, cursor, limit)
    return found.map((row) => ({ row, after: search.order.terms.map((_, at) => row[`t${at}`] ?? null) }))
  })

/** How many runs a search finds in all. */
export async function countRuns(db: Reader, search: Omit<RunSearch, 'order'>): Promise<number> {
  if (search.experiments.length === 0) return 0
  const { sql, values } = await idsOfRuns(db, search)
  return (await db.get(adHocQuery<{ runs: number }>(`select count(*) runs from (${sql}) found`), ...values))?.runs ?? 0
}

/** A `select` of the ids of the runs that a search finds. */
export async function idsOfRuns(db: Reader, { experiments, view, clauses }: Omit<RunSearch, 'order'>): Promise<Fragment> {
  const keys = await findKeys(db, keyedNames(clauses))
  const within = { sql: db.dialect.inIntegers('run.experiment'), values: [db.dialect.list(experiments)] }
  const where = allOf([within, VIEW_SQL[view], ...clauses.map((clause) => clauseSql(db.dialect, clause, keys))])
  return { sql: `select run.id id from run ${needsPlace(clauses) ? PLACE_JOIN : ''} where ${where.sql}`, values: where.values }
}

/** The runs behind a cursor. See docs/decisions/0003-search.md for why there is one plan for all filters. */
async function selectRuns(db: Reader, search: RunSearch, cursor: Cursor, limit: number): Promise<readonly FoundRun[]> {
  const { experiments, order, clauses } = search
  if (experiments.length === 0) return []
  const keys = await findKeys(db, [...keyedNames(clauses), ...order.keys])
  const where = [
    VIEW_SQL[search.view],
    ...clauses.map((clause) => clauseSql(db.dialect, clause, keys)),
    afterSql(order.terms, cursor.after),
  ]
  const select = (within: Fragment): Promise<FoundRun[]> | FoundRun[] =>
    selectWithin(db, search, keys, allOf([within, ...where]), limit, cursor)
  const [first] = experiments
  if (experiments.length === 1) return select(ofExperiment(first as number))
  if (!isNewestFirst(order) || experiments.length * limit > MERGED_MAX) {
    return select({ sql: db.dialect.inIntegers('run.experiment'), values: [db.dialect.list(experiments)] })
  }
  const lists: FoundRun[][] = []
  for (const experiment of experiments) lists.push(await select(ofExperiment(experiment)))
  return lists
    .flat()
    .sort((a, b) => b.start_ms - a.start_ms || (a.run_id < b.run_id ? -1 : 1))
    .slice(0, limit)
}

const ofExperiment = (experiment: number): Fragment => ({ sql: 'run.experiment = ?', values: [experiment] })

function selectWithin(
  db: Reader,
  { order, clauses }: RunSearch,
  keys: ReadonlyMap<string, number>,
  where: Fragment,
  limit: number,
  { skip = 0 }: Cursor,
): Promise<FoundRun[]> | FoundRun[] {
  const joins = needsPlace(clauses) && !order.joins.includes(PLACE_JOIN) ? [PLACE_JOIN, ...order.joins] : order.joins
  const terms = order.terms.map(({ sql }, at) => `${sql} as t${at}`)
  const sql = `select ${RUN_COLUMNS}, ${terms.join(', ')} from run ${joins.join(' ')} where ${where.sql}
    order by ${orderSql(db.dialect, order.terms)} limit ? offset ?`
  const joined = order.keys.map((key) => keys.get(key) ?? NO_KEY)
  return db.all(adHocQuery<FoundRun>(sql), ...joined, ...where.values, limit, skip)
}

function clauseSql(dialect: Dialect, clause: Clause, keys: ReadonlyMap<string, number>): Fragment {
  const { entity, name, test } = clause
  switch (entity) {
    case 'attribute':
      return attributeSql(dialect, name, test)
    case 'dataset':
      return datasetSql(dialect, name, test)
    case 'metric':
      return keyedSql('latest_metric', keys.get(name), test.kind === 'number' ? metricSql(test) : ALWAYS)
    case 'param':
    case 'tag': {
      const key = keys.get(name)
      if (test.kind !== 'presence') return keyedSql(entity, key, testSql(dialect, 'one.value', test))
      const present = keyedSql(entity, key, ALWAYS)
      return test.operator === 'IS NULL' ? { ...present, sql: `not (${present.sql})` } : present
    }
    default:
      throw new Error(`the language of runs has no ${entity}`)
  }
}

/** What nobody ever logged is nobody's. */
function keyedSql(table: string, key: number | undefined, value: Fragment): Fragment {
  if (key === undefined) return NEVER
  return {
    sql: `exists (select 1 from ${table} one where one.run = run.id and one.key = ? and ${value.sql})`,
    values: [key, ...value.values],
  }
}

/** NaN is stored as 0 with a mark. It is unlike every number: `!=` finds it, nothing else does. */
function metricSql({ operator, value }: Extract<Clause['test'], { kind: 'number' }>): Fragment {
  if (operator === '!=') return { sql: '(one.value <> ? or one.nan = 1)', values: [value] }
  return { sql: `one.value ${operator} ? and one.nan = 0`, values: [value] }
}

function attributeSql(dialect: Dialect, name: string, test: Clause['test']): Fragment {
  if (test.kind === 'presence') return ALWAYS
  const expression = ATTRIBUTE_SQL[name] as string
  if (test.kind === 'number') return testIntegerSql(expression, test)
  if (name !== 'status') return testSql(dialect, expression, test)
  const numbers = RUN_STATUSES.flatMap((status, at) => (testText(status, test) ? [at + 1] : []))
  return numbers.length === 0 ? NEVER : { sql: `run.status in (${numbers.join(', ')})`, values: [] }
}

function datasetSql(dialect: Dialect, name: string, test: Clause['test']): Fragment {
  if (test.kind === 'presence') return ALWAYS
  const [join, column, keys] =
    name === 'context'
      ? (['run_dataset_tag t on t.run_dataset = read.id and t.key = ?', 't.value', [CONTEXT_TAG]] as const)
      : (['dataset d on d.id = read.dataset', `d.${name === 'digest' ? 'digest' : 'name'}`, []] as const)
  const value = testSql(dialect, column, test)
  return {
    sql: `exists (select 1 from run_dataset read join ${join} where read.run = run.id and ${value.sql})`,
    values: [...keys, ...value.values],
  }
}
