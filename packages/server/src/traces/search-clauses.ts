import type { Dialect } from '../db/dialect.ts'
import { invalid } from '../http/errors.ts'
import { ALWAYS, allOf, type Clause, type Fragment, NEVER, type Test, testIntegerSql, testSql, testText } from '../tracking/search/index.ts'
import { RUN_METADATA, STATES } from './trace.ts'

type TextTest = Extract<Test, { kind: 'text' | 'list' }>

const ATTRIBUTE_SQL: Readonly<Record<string, string>> = {
  request_id: 't.trace_id',
  name: 't.name',
  client_request_id: 't.client_request_id',
  timestamp: 't.start_ms',
  execution_time: 't.duration_ms',
  end_time: '(t.start_ms + t.duration_ms)',
  experiment_id: 't.experiment',
}

/** The names of tags and metadata that clauses compare, or orders sort by. */
export function* keysOf(clauses: readonly Pick<Clause, 'entity' | 'name'>[]): Generator<string> {
  for (const { entity, name } of clauses) if (entity === 'tag' || entity === 'metadata') yield name
  yield RUN_METADATA
}

/** What clauses ask of a trace `t`. All that is asked of spans is asked of one span, as in MLflow. */
export function clauseSql(dialect: Dialect, clauses: readonly Clause[], keys: ReadonlyMap<string, number>): Fragment[] {
  const of_span = clauses.filter(({ entity }) => entity === 'span').map((clause) => spanSql(dialect, clause))
  const others = clauses.filter(({ entity }) => entity !== 'span').map((clause) => oneSql(dialect, clause, keys))
  return of_span.length === 0 ? others : [...others, spanExists(allOf(of_span))]
}

const spanExists = ({ sql, values }: Fragment): Fragment => ({
  sql: `exists (select 1 from span s where s.trace = t.id and ${sql})`,
  values,
})

function oneSql(dialect: Dialect, { entity, name, test }: Clause, keys: ReadonlyMap<string, number>): Fragment {
  switch (entity) {
    case 'attribute':
      return attributeSql(dialect, name, test, keys)
    case 'tag':
      // A trace's name is a tag for clients, and a column here.
      return name === 'mlflow.traceName' ? nameSql(dialect, test) : keyedSql(dialect, 'trace_tag', keys.get(name), test)
    case 'metadata':
      return keyedSql(dialect, 'trace_metadata', keys.get(name), test)
    case 'feedback':
    case 'expectation':
      return assessmentSql(dialect, entity === 'feedback' ? 0 : 1, name, test)
    case 'issue':
      return issueSql(name, test)
    default:
      throw new Error(`the language of traces has no ${entity}`)
  }
}

/** Traces with an assessment that names the issue. */
function issueSql(name: string, test: Test): Fragment {
  if (name !== 'id' || test.kind !== 'text') throw invalid(`Invalid issue attribute '${name}'. Supported attributes: id.`)
  return { sql: 'exists (select 1 from assessment x where x.trace = t.id and x.kind = 2 and x.name = ?)', values: [test.value] }
}

function nameSql(dialect: Dialect, test: Test): Fragment {
  if (test.kind === 'presence') return { sql: `t.name ${test.operator}`, values: [] }
  return testSql(dialect, 't.name', test)
}

function attributeSql(dialect: Dialect, name: string, test: Test, keys: ReadonlyMap<string, number>): Fragment {
  if (test.kind === 'presence') throw new Error('attributes of traces take no IS NULL')
  if (name === 'status') return statusSql(test as TextTest)
  if (name === 'text') return spanExists(testSql(dialect, 's.content', test as TextTest))
  if (name === 'run_id') return runSql(dialect, test as TextTest, keys.get(RUN_METADATA))
  if (name === 'prompt') return promptSql(test as TextTest)
  const column = ATTRIBUTE_SQL[name] as string
  return test.kind === 'number' ? testIntegerSql(column, test) : testSql(dialect, column, test)
}

function statusSql(test: TextTest): Fragment {
  const states = STATES.flatMap((state, at) => (testText(state, test) ? [at] : []))
  return states.length === 0 ? NEVER : { sql: `t.state in (${states.join(', ')})`, values: [] }
}

/** A trace is of a run that its metadata names, and of those that it was linked to later. */
function runSql(dialect: Dialect, test: TextTest, key: number | undefined): Fragment {
  const run = testSql(dialect, 'r.run_id', test)
  const linked = `exists (select 1 from trace_run x join run r on r.id = x.run where x.trace = t.id and ${run.sql})`
  if (key === undefined) return { sql: linked, values: run.values }
  const named = testSql(dialect, 'x.value', test)
  return {
    sql: `${linked} or exists (select 1 from trace_metadata x where x.trace = t.id and x.key = ? and ${named.sql})`,
    values: [...run.values, key, ...named.values],
  }
}

function promptSql(test: TextTest): Fragment {
  const [, name, version] = /^(.+)\/([^/]+)$/.exec(test.kind === 'text' ? test.value : '') ?? []
  if (name === undefined || version === undefined) throw invalid("A prompt is named by its name and version: prompt = 'greeting/3'.")
  return { sql: 'exists (select 1 from trace_prompt x where x.trace = t.id and x.name = ? and x.version = ?)', values: [name, version] }
}

function keyedSql(dialect: Dialect, table: string, key: number | undefined, test: Test): Fragment {
  const absent = test.kind === 'presence' && test.operator === 'IS NULL'
  if (key === undefined) return absent ? ALWAYS : NEVER
  const passes = test.kind === 'presence' ? ALWAYS : testSql(dialect, 'x.value', test)
  const sql = `exists (select 1 from ${table} x where x.trace = t.id and x.key = ? and ${passes.sql})`
  return { sql: absent ? `not ${sql}` : sql, values: [key, ...passes.values] }
}

/** Values are stored as JSON: 'yes' fits the text "yes", and 'true' and '5' what is no text. */
function assessmentSql(dialect: Dialect, kind: number, name: string, test: Test): Fragment {
  const absent = test.kind === 'presence' && test.operator === 'IS NULL'
  const passes = test.kind === 'presence' ? ALWAYS : assessedSql(dialect, test as TextTest)
  // What another one overrides is no longer valid.
  const named = `x.trace = t.id and x.kind = ${kind} and x.valid = 1 and x.name = ?`
  const sql = `exists (select 1 from assessment x where ${named} and ${passes.sql})`
  return { sql: absent ? `not ${sql}` : sql, values: [name, ...passes.values] }
}

function assessedSql(dialect: Dialect, test: TextTest): Fragment {
  if (test.kind === 'list') return testSql(dialect, 'x.value', test)
  const operator: string = test.operator
  if (operator === '=' || operator === '!=') {
    const sql = '(x.value = ? or x.value = ?)'
    return { sql: operator === '=' ? sql : `not ${sql}`, values: [test.value, JSON.stringify(test.value)] }
  }
  if (operator.endsWith('LIKE')) return testSql(dialect, 'x.value', test)
  const limit = Number(test.value)
  if (test.value.trim() === '' || !Number.isFinite(limit)) throw invalid(`'${test.value}' is no number: ${operator} compares numbers.`)
  // Numbers begin with a digit or a minus in JSON, and nothing else does; `case` keeps the cast from everything else.
  const sql = `case when substr(x.value, 1, 1) in ('-','0','1','2','3','4','5','6','7','8','9') then cast(x.value as double precision) end`
  return { sql: `${sql} ${operator} ?`, values: [limit] }
}

const SPAN_COLUMNS: Readonly<Record<string, string>> = { name: 's.name', type: 's.type' }
const SPAN_STATUSES = ['UNSET', 'OK', 'ERROR']
const ATTRIBUTES = 'attributes.'

function spanSql(dialect: Dialect, { name, test }: Clause): Fragment {
  if (test.kind !== 'text' && test.kind !== 'list') throw new Error('spans are compared with texts')
  const column = SPAN_COLUMNS[name]
  if (column) return testSql(dialect, column, test)
  if (name === 'status') {
    const statuses = SPAN_STATUSES.flatMap((status, at) => (testText(status, test) ? [at] : []))
    return statuses.length === 0 ? NEVER : { sql: `s.status in (${statuses.join(', ')})`, values: [] }
  }
  if (name === 'content') {
    if (test.operator !== 'LIKE' && test.operator !== 'ILIKE') throw invalid('span.content is compared by LIKE and ILIKE only.')
    return testSql(dialect, 's.content', test)
  }
  if (name.startsWith(ATTRIBUTES) && name.length > ATTRIBUTES.length) return spanAttributeSql(dialect, name.slice(ATTRIBUTES.length), test)
  throw invalid(`Invalid span attribute '${name}'. Supported attributes: name, type, status, content, attributes.<attribute_name>.`)
}

/**
 * Attributes are JSON text inside the span's JSON: they are looked for as they are written there. A pattern may run on into what stands
 * behind the attribute, as in MLflow.
 */
function spanAttributeSql(dialect: Dialect, name: string, test: TextTest): Fragment {
  const key = `${JSON.stringify(name)}:`
  if (test.kind === 'text' && test.operator === 'RLIKE') {
    // It must be whole by itself before it is put into another.
    dialect.matchesPattern(test.value)
    const has_key = { sql: dialect.contains('s.content'), values: [key] }
    return allOf([has_key, testSql(dialect, 's.content', { ...test, value: attributePattern(key, test.value) })])
  }
  if (test.kind === 'text' && test.operator.endsWith('LIKE')) {
    const inside = JSON.stringify(test.value).slice(1, -1)
    const has_key = { sql: dialect.contains('s.content'), values: [key] }
    return allOf([has_key, testSql(dialect, 's.content', { ...test, value: `%${key}"%${inside}%"%` })])
  }
  const values = test.kind === 'list' ? test.values : [test.value]
  const equal = values.flatMap((value) => [key + JSON.stringify(JSON.stringify(value)), key + JSON.stringify(value)])
  const sql = equal.map(() => dialect.contains('s.content')).join(' or ')
  if (test.operator === '=' || test.operator === 'IN') return { sql, values: equal }
  return { sql: `${dialect.contains('s.content')} and not (${sql})`, values: [key, ...equal] }
}

/** In a span's JSON: an attribute whose text matches. `^` and `$` at the ends of a pattern are those of the text, as in MLflow. */
function attributePattern(key: string, pattern: string): string {
  const from_start = pattern.startsWith('^')
  const to_end = pattern.endsWith('$') && !pattern.endsWith('\\$')
  const inside = pattern.slice(from_start ? 1 : 0, to_end ? -1 : undefined)
  const literal = key.replace(/[^\p{L}\p{N}]/gu, '\\$&')
  return `${literal}"\\\\"${from_start ? '' : '(?:[^"\\\\]|\\\\.)*'}(?:${inside})${to_end ? '\\\\""' : ''}`
}
