import { invalid } from '../http/errors.ts'
import { type Fragment, NEVER } from '../tracking/search/index.ts'
import type { View } from './metric-views.ts'
import { NAME_TAG, RUN_METADATA, STATES } from './trace.ts'

/** `trace.metadata.<key> = 'value'`, read. */
export type MetricFilter = {
  readonly of: 'trace' | 'span' | 'assessment'
  readonly entity: string
  readonly key: string | undefined
  readonly value: string
}

/** What can be compared, and whether it needs a key. */
const ENTITIES: Readonly<Record<MetricFilter['of'], Readonly<Record<string, boolean>>>> = {
  trace: { status: false, tag: true, metadata: true },
  span: { name: false, status: false, type: false },
  assessment: { name: false, type: false },
}
const FILTER = /^\s*`?(\w+)`?\.`?(\w+)`?(?:\.(`[^`]+`|"[^"]+"|[^\s=!<>]+))?\s*(=|!=|<=?|>=?|\w+)\s*(.*?)\s*$/s

const hint =
  "Write trace.status = 'OK', trace.tag.<key> = '...', trace.metadata.<key> = '...', span.name = '...' or assessment.name = '...'."

/** Reads one filter of a query of metrics. @throws ApiError INVALID_PARAMETER_VALUE */
export function metricFilter(text: string, view: View): MetricFilter {
  const [, of = '', entity = '', key, operator = '', quoted = ''] = FILTER.exec(text) ?? []
  if (of === '') throw invalid(`Invalid filter: '${text}'. ${hint}`)
  if (!Object.hasOwn(ENTITIES, of)) throw invalid(`Invalid view type '${of}'. ${hint}`)
  const kind = of as MetricFilter['of']
  if (!Object.hasOwn(ENTITIES[kind], entity)) throw invalid(`Invalid entity '${entity}' specified for view type '${of}'. ${hint}`)
  if (ENTITIES[kind][entity] && key === undefined) throw invalid(`Filtering by ${entity} requires a key. ${hint}`)
  if (!ENTITIES[kind][entity] && key !== undefined) throw invalid(`Filtering by ${entity} does not require a key. ${hint}`)
  if (operator !== '=') throw invalid(`Invalid comparator: '${operator}', only '=' operator is supported`)
  if (!/^'[^']*'$|^"[^"]*"$/.test(quoted))
    throw invalid(`Expected a quoted string value for ${entity} value, and one filter clause. ${hint}`)
  if (kind !== 'trace' && `${kind.toUpperCase()}S` !== view) {
    throw invalid(`Filtering by ${kind} is only supported for ${kind.toUpperCase()}S view type, got ${view}`)
  }
  return { of: kind, entity, key: key?.replace(/^[`"]|[`"]$/g, ''), value: quoted.slice(1, -1) }
}

const equal = (sql: string, ...values: Fragment['values']): Fragment => ({ sql, values })

/** The filter in SQL, of a trace `t`, a span `s` or an assessment `x`. */
export function metricFilterSql({ of, entity, key = '', value }: MetricFilter, keys: ReadonlyMap<string, number>): Fragment {
  if (of === 'span') {
    if (entity === 'status') return equal('s.status = ?', ['UNSET', 'OK', 'ERROR'].indexOf(value))
    return equal(`s.${entity} = ?`, value)
  }
  if (of === 'assessment')
    return entity === 'name' ? equal('x.name = ?', value) : equal('x.kind = ?', ['feedback', 'expectation', 'issue'].indexOf(value))
  if (entity === 'status') return equal('t.state = ?', STATES.indexOf(value as 'OK'))
  if (entity === 'tag' && key === NAME_TAG) return equal('t.name = ?', value)
  const table = entity === 'tag' ? 'trace_tag' : 'trace_metadata'
  const id = keys.get(key)
  const has =
    id === undefined ? NEVER : equal(`exists (select 1 from ${table} k where k.trace = t.id and k.key = ? and k.value = ?)`, id, value)
  if (entity === 'tag' || key !== RUN_METADATA) return has
  const linked = 'exists (select 1 from trace_run l join run r on r.id = l.run where l.trace = t.id and r.run_id = ?)'
  return { sql: `${has.sql} or ${linked}`, values: [...has.values, value] }
}
