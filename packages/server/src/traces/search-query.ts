import type { Dialect } from '../db/dialect.ts'
import { adHocQuery, type Reader } from '../db/handles.ts'
import { invalid } from '../http/errors.ts'
import { findKeys } from '../tracking/entity-keys.ts'
import {
  allOf,
  type Clause,
  type Cursor,
  type Entity,
  type Found,
  type Fragment,
  LIST_OPERATORS,
  language,
  NUMBER_OPERATORS,
  type Order,
  PATTERN_OPERATORS,
  PRESENCE_OPERATORS,
  parseFilter,
  parseOrderBy,
  selectFrom,
  TEXT_OPERATORS,
  type Term,
} from '../tracking/search/index.ts'
import { rareTraces } from './rare-traces.ts'
import { clauseSql, keysOf } from './search-clauses.ts'
import { NAME_TAG } from './trace.ts'
import { TRACE_COLUMNS, type TraceRow } from './trace-store.ts'

const TEXT = [...TEXT_OPERATORS, ...PATTERN_OPERATORS, ...LIST_OPERATORS]
const text = (name: string, ...aliases: string[]) => ({ name, kind: 'text', operators: TEXT, aliases }) as const
const number = (name: string, ...aliases: string[]) => ({ name, kind: 'number', operators: NUMBER_OPERATORS, aliases }) as const
const KEYED = [...TEXT_OPERATORS, ...PATTERN_OPERATORS, ...PRESENCE_OPERATORS]
const ASSESSED = [...KEYED, ...NUMBER_OPERATORS]

/** The filter language of traces: attributes, tags, metadata, what is in their spans, and what was said of them. */
const LANGUAGE = language({
  attributes: [
    text('request_id', 'trace_id'),
    text('name'),
    text('status', 'state'),
    text('run_id'),
    text('client_request_id'),
    { name: 'prompt', kind: 'text', operators: ['='] },
    { name: 'text', kind: 'text', operators: ['LIKE', 'ILIKE'] },
    number('timestamp', 'timestamp_ms', 'request_time'),
    number('execution_time', 'execution_time_ms', 'execution_duration'),
    number('end_time', 'end_time_ms'),
    number('experiment_id'),
  ],
  keyed: { tag: KEYED, metadata: KEYED, span: TEXT, feedback: ASSESSED, expectation: ASSESSED, issue: ['='] },
  self: 'trace',
  bare_text: ['feedback', 'expectation'],
})

const ORDERS: Readonly<Record<string, { sql: string; required: boolean }>> = {
  timestamp: { sql: 't.start_ms', required: true },
  execution_time: { sql: 't.duration_ms', required: false },
  end_time: { sql: '(t.start_ms + t.duration_ms)', required: false },
  status: { sql: "(case t.state when 1 then 'OK' when 2 then 'ERROR' when 3 then 'IN_PROGRESS' else '' end)", required: true },
  request_id: { sql: 't.trace_id', required: true },
  name: { sql: 't.name', required: false },
  experiment_id: { sql: 't.experiment', required: true },
}

/** Which traces are looked for, and in which order. */
export type TraceSearch = { readonly experiments: readonly number[]; readonly filter: string; readonly order_by: readonly string[] }

// Up to so many experiments the newest of each are read from the index, instead of sorting the traces of all of them.
const MERGED_MAX = 20

/**
 * The traces that a search finds, from where the cursor points; without an order, the newest first.
 * @throws ApiError INVALID_PARAMETER_VALUE when filter or order can't be read
 */
export async function findTraces(db: Reader, search: TraceSearch, cursor: Cursor, limit: number): Promise<Found<TraceRow>[]> {
  const orders = parseOrderBy(search.order_by, LANGUAGE)
  const clauses = parseFilter(search.filter, LANGUAGE)
  const keys = await findKeys(db, [...keysOf(clauses), ...keysOf(orders)])
  const terms = termsOf(orders, keys)
  const conditions = clauseSql(db.dialect, clauses, keys)
  const rare = await rareTraces(db, clauses, keys)
  if (rare?.length === 0) return []
  const select = (within: Fragment): Promise<Found<TraceRow>[]> =>
    selectFrom(db, { columns: TRACE_COLUMNS, from: 'trace t', where: [within, ...conditions], terms }, cursor, limit)
  const { experiments } = search
  if (rare) return select(amongThese(db.dialect, rare, experiments))
  const newest_first = search.order_by.length === 0 && cursor.skip === undefined
  if (experiments.length > 1 && (!newest_first || experiments.length > MERGED_MAX)) return select(ofExperiments(db.dialect, experiments))
  const lists: Found<TraceRow>[][] = []
  for (const experiment of experiments) lists.push(await select({ sql: 't.experiment = ?', values: [experiment] }))
  if (lists.length < 2) return lists.flat()
  return lists
    .flat()
    .sort((a, b) => b.row.start_ms - a.row.start_ms || (a.row.trace_id < b.row.trace_id ? -1 : 1))
    .slice(0, limit)
}

const ofExperiments = (dialect: Dialect, experiments: readonly number[]): Fragment => ({
  sql: dialect.inIntegers('t.experiment'),
  values: [dialect.list(experiments)],
})

/** The plus keeps the databases from the index by time: the few are looked up, and sorted. */
const amongThese = (dialect: Dialect, traces: readonly number[], experiments: readonly number[]): Fragment => ({
  sql: `${dialect.inIntegers('t.id')} and ${dialect.inIntegers('+t.experiment')}`,
  values: [dialect.list(traces), dialect.list(experiments)],
})

async function conditionsOf(db: Reader, clauses: readonly Clause[]): Promise<Fragment[]> {
  const keys = await findKeys(db, keysOf(clauses))
  return clauseSql(db.dialect, clauses, keys)
}

function termsOf(orders: readonly Order[], keys: ReadonlyMap<string, number>): Term[] {
  const terms = orders.map(({ entity, name, direction }): Term => {
    const order = entity === 'attribute' ? ORDERS[name] : keyedOrder(entity, name, keys)
    if (order) return { ...order, direction }
    throw invalid(
      `Invalid order_by entity \`${entity}\` with key \`${name}\`. Valid are: ${Object.keys(ORDERS).join(', ')}, tags, metadata.`,
    )
  })
  for (const term of [
    { sql: 't.start_ms', direction: 'desc', required: true },
    { sql: 't.trace_id', direction: 'asc', required: true },
  ] as const) {
    if (!terms.some(({ sql }) => sql === term.sql)) terms.push(term)
  }
  return terms
}

/** A tag or metadata by which traces are sorted; the key's number is ours. Those without the key come last. */
function keyedOrder(entity: Entity, name: string, keys: ReadonlyMap<string, number>): Pick<Term, 'sql' | 'required'> | undefined {
  if (entity !== 'tag' && entity !== 'metadata') return undefined
  if (entity === 'tag' && name === NAME_TAG) return ORDERS.name
  return { sql: `(select k.value from trace_${entity} k where k.trace = t.id and k.key = ${keys.get(name) ?? -1})`, required: false }
}

/** How many traces of the experiments pass each of several filters: `counts[n]` belongs to `filters[n]`. */
export async function countTraces(db: Reader, experiments: readonly number[], filters: readonly (readonly string[])[]): Promise<number[]> {
  const counts: number[] = []
  for (const parts of filters) {
    const conditions: Fragment[] = []
    for (const filter of parts) conditions.push(...(await conditionsOf(db, parseFilter(filter, LANGUAGE))))
    const where = allOf([ofExperiments(db.dialect, experiments), ...conditions])
    const row = await db.get(adHocQuery<{ n: number }>(`select count(*) as n from trace t where ${where.sql}`), ...where.values)
    counts.push(row?.n ?? 0)
  }
  return counts
}
