import { invalid } from '../../http/errors.ts'
import { LIST_OPERATORS, language, NUMBER_OPERATORS, type Order, PRESENCE_OPERATORS, TEXT_OPERATORS, type Term } from '../search/index.ts'
import { RUN_STATUSES } from './run.ts'

/** What runs can be filtered and sorted by. */
export const runLanguage = language({
  attributes: [
    { name: 'run_id', kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] },
    { name: 'run_name', kind: 'text', operators: TEXT_OPERATORS, aliases: ['run name', 'Run name', 'Run Name'] },
    { name: 'user_id', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'status', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'artifact_uri', kind: 'text', operators: TEXT_OPERATORS },
    { name: 'start_time', kind: 'number', operators: NUMBER_OPERATORS, aliases: ['created', 'Created'] },
    { name: 'end_time', kind: 'number', operators: NUMBER_OPERATORS },
  ],
  keyed: {
    metric: NUMBER_OPERATORS,
    param: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
    tag: [...TEXT_OPERATORS, ...PRESENCE_OPERATORS],
  },
  datasets: ['name', 'digest', 'context'].map((name) => ({ name, kind: 'text', operators: [...TEXT_OPERATORS, ...LIST_OPERATORS] })),
})

/** The experiment's row beside `run`, for the one attribute that is made of both. */
export const PLACE_JOIN = 'join experiment place on place.id = run.experiment'

/** What an attribute is in SQL. `status` is here for sorting only: its filters are worked out before. */
export const ATTRIBUTE_SQL: Record<string, string> = {
  run_id: 'run.run_id',
  run_name: 'run.name',
  user_id: 'run.user_id',
  status: `case run.status ${RUN_STATUSES.map((name, at) => `when ${at + 1} then '${name}'`).join(' ')} end`,
  artifact_uri: "rtrim(place.artifact_location, '/') || '/' || run.run_id || '/artifacts'",
  start_time: 'run.start_ms',
  end_time: 'run.end_ms',
}

const TABLE_OF = { metric: 'latest_metric', param: 'param', tag: 'tag' } as const

/** An order in SQL: its terms, and the joins that bring their values; each join has one `?`, for the id of the key at its place. */
export type RunOrder = { readonly terms: readonly Term[]; readonly joins: readonly string[]; readonly keys: readonly string[] }

const NEWEST_FIRST: Term = { sql: 'run.start_ms', direction: 'desc', required: true }
const BY_ID: Term = { sql: 'run.run_id', direction: 'asc', required: true }

/** The order of an answer. What `order_by` leaves equal is sorted by start, the newest first, and then by id. */
export function runOrder(orders: readonly Order[]): RunOrder {
  const terms: Term[] = []
  const joins: string[] = []
  const keys: string[] = []
  for (const { entity, name, direction } of orders) {
    if (entity === 'dataset') throw invalid(`Invalid order_by entity: dataset. Runs are sorted by attributes, metrics, params and tags.`)
    if (entity === 'attribute') {
      terms.push({ sql: ATTRIBUTE_SQL[name] as string, direction, required: name !== 'end_time' })
      if (name === 'artifact_uri') joins.push(PLACE_JOIN)
      continue
    }
    const alias = `o${keys.length}`
    keys.push(name)
    joins.push(`left join ${TABLE_OF[entity as keyof typeof TABLE_OF]} ${alias} on ${alias}.run = run.id and ${alias}.key = ?`)
    // Numbers, then NaN, then runs without the metric, whichever way the numbers go.
    if (entity === 'metric') terms.push({ sql: `${alias}.nan`, direction: 'asc' })
    terms.push({ sql: `${alias}.value`, direction })
  }
  const has = (term: Term): boolean => terms.some(({ sql }) => sql === term.sql)
  if (!has(NEWEST_FIRST)) terms.push(NEWEST_FIRST)
  if (!has(BY_ID)) terms.push(BY_ID)
  return { terms, joins, keys }
}

/** Whether an order is that of the index `run_by_start`, so that a search can stop as soon as its page is full. */
export const isNewestFirst = ({ terms: [first, second] }: RunOrder): boolean =>
  first?.sql === NEWEST_FIRST.sql && first.direction === 'desc' && second === BY_ID
