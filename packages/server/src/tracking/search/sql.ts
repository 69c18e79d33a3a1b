import type { Dialect } from '../../db/dialect.ts'
import type { Value } from '../../db/handles.ts'
import { automatonOf } from '../../db/regex/index.ts'
import type { Test } from './filter.ts'

/** A condition in SQL with the values of its `?`, in order. What clients send is only ever among the values. */
export type Fragment = { readonly sql: string; readonly values: readonly Value[] }

export const ALWAYS: Fragment = { sql: '1 = 1', values: [] }
export const NEVER: Fragment = { sql: '1 = 0', values: [] }

const SQL_OPERATOR = { '=': '=', '!=': '<>', '>': '>', '>=': '>=', '<': '<', '<=': '<=' } as const

/** `expression`, an SQL text of ours, put to a clause's test. A value that isn't there (NULL) passes no test. */
export function testSql(dialect: Dialect, expression: string, test: Exclude<Test, { kind: 'presence' }>): Fragment {
  if (test.kind === 'list') {
    const within = dialect.inTexts(expression)
    return { sql: test.operator === 'IN' ? within : `not (${within})`, values: [dialect.list(test.values)] }
  }
  if (test.operator === 'LIKE') return { sql: dialect.likeExact(expression), values: [dialect.likeExactPattern(test.value as string)] }
  if (test.operator === 'ILIKE') return { sql: dialect.likeAnyCase(expression), values: [test.value as string] }
  if (test.operator === 'RLIKE') return { sql: dialect.matches(expression), values: [dialect.matchesPattern(test.value as string)] }
  return { sql: `${expression} ${SQL_OPERATOR[test.operator]} ?`, values: [test.value] }
}

/** Like {@link testSql} for a column of whole numbers, which may be compared with any number: `start_time > 1.5`. */
export function testIntegerSql(expression: string, test: Extract<Test, { kind: 'number' }>): Fragment {
  const { operator, value } = test
  if (Number.isSafeInteger(value)) return { sql: `${expression} ${SQL_OPERATOR[operator]} ?`, values: [value] }
  if (operator === '=') return NEVER
  if (operator === '!=') return { sql: `${expression} is not null`, values: [] }
  // No stored number lies between the fraction and its neighbours, nor beyond 2^53.
  const clamped = Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
  const above = operator === '>' || operator === '>='
  if (!Number.isSafeInteger(clamped)) {
    return above ? { sql: `${expression} > ?`, values: [Math.floor(clamped)] } : { sql: `${expression} < ?`, values: [Math.ceil(clamped)] }
  }
  const all = above === value < 0
  return all ? { sql: `${expression} is not null`, values: [] } : NEVER
}

/** The same test in this process, for values that are an enumeration inside: `status LIKE 'F%'`. */
export function testText(value: string, test: Extract<Test, { kind: 'text' | 'list' }>): boolean {
  if (test.kind === 'list') return test.values.includes(value) === (test.operator === 'IN')
  switch (test.operator) {
    case '=':
      return value === test.value
    case '!=':
      return value !== test.value
    case 'LIKE':
      return isLike(value, test.value)
    case 'ILIKE':
      return isLike(value.toLowerCase(), test.value.toLowerCase())
    case 'RLIKE':
      return automatonOf(test.value).test(value)
  }
}

/** `%` is any text and `_` any character. Steps back only to the last `%`, so that no pattern takes more than length × length. */
function isLike(value: string, pattern: string): boolean {
  let at = 0
  let in_pattern = 0
  let after_percent = -1
  let resume = 0
  while (at < value.length) {
    if (pattern[in_pattern] === '%') {
      after_percent = ++in_pattern
      resume = at
    } else if (pattern[in_pattern] === '_' || pattern[in_pattern] === value[at]) {
      at++
      in_pattern++
    } else if (after_percent !== -1) {
      in_pattern = after_percent
      at = ++resume
    } else return false
  }
  while (pattern[in_pattern] === '%') in_pattern++
  return in_pattern === pattern.length
}

/** All of several conditions. */
export function allOf(fragments: readonly Fragment[]): Fragment {
  if (fragments.length === 0) return ALWAYS
  return { sql: fragments.map(({ sql }) => `(${sql})`).join(' and '), values: fragments.flatMap(({ values }) => values) }
}
