import { type ApiError, invalid } from '../../http/errors.ts'
import type { Language, Operator } from './language.ts'
import { LIST_OPERATORS } from './language.ts'
import { type Token, tokens } from './lexer.ts'
import { type Identified, numberOf, place, subjectAt } from './subject.ts'

export const FILTER_MAX = 100_000
export const CLAUSES_MAX = 100
const PATTERN_MAX = 5_000

/** What a clause asks of its subject's value. */
export type Test =
  | { readonly kind: 'text'; readonly operator: '=' | '!=' | 'LIKE' | 'ILIKE' | 'RLIKE'; readonly value: string }
  | { readonly kind: 'number'; readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<='; readonly value: number }
  | { readonly kind: 'list'; readonly operator: 'IN' | 'NOT IN'; readonly values: readonly string[] }
  | { readonly kind: 'presence'; readonly operator: 'IS NULL' | 'IS NOT NULL' }

/** One comparison of a filter; a thing is found when all of its filter's clauses hold. */
export type Clause = { readonly entity: Identified['entity']; readonly name: string; readonly test: Test }

/**
 * Reads a filter: comparisons that are joined by AND.
 * @throws ApiError INVALID_PARAMETER_VALUE with the place of what can't be read, and what to write instead
 */
export function parseFilter(text: string, language: Language): readonly Clause[] {
  if (text.length > FILTER_MAX) throw invalid(`The filter has ${text.length} characters; at most ${FILTER_MAX} are taken.`)
  return new FilterParser(tokens(text), language).clauses()
}

/** Recursive descent over the tokens; each method reads one rule of the grammar and leaves `#at` behind it. */
class FilterParser {
  readonly #tokens: readonly Token[]
  readonly #language: Language
  #at = 0

  constructor(list: readonly Token[], language: Language) {
    this.#tokens = list
    this.#language = language
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token
  }

  clauses(): readonly Clause[] {
    const out: Clause[] = []
    // Programs join their conditions by ' AND ', also when some are empty: as in MLflow, an AND with nothing beside it means nothing.
    for (;;) {
      while (this.#isAnd()) this.#at++
      if (this.#peek().kind === 'end') return out
      if (out.length === CLAUSES_MAX) throw invalid(`The filter has more than ${CLAUSES_MAX} clauses: ask for less at once.`)
      out.push(this.#clause())
      if (this.#peek().kind !== 'end' && !this.#isAnd()) throw this.#notAnd()
    }
  }

  #isAnd(): boolean {
    const { kind, text } = this.#peek()
    return kind === 'word' && text.toUpperCase() === 'AND'
  }

  #notAnd(): ApiError {
    const { kind, text, at } = this.#peek()
    if (kind === 'word' && text.toUpperCase() === 'OR') return this.#wrong('clauses are joined by AND, there is no OR: search twice.')
    if (kind !== ';') return this.#wrong('AND or the end is expected here.')
    return invalid(`Search filter contained multiple expression at character ${at}: join them by AND instead of ';'.`)
  }

  #clause(): Clause {
    const first = this.#peek()
    if (first.kind === '(') throw this.#wrong('parentheses are only for the list after IN; clauses are all joined by AND.')
    const found = subjectAt(this.#tokens, this.#at, this.#language)
    if (!found) {
      const isValue = (first.kind === 'word' && numberOf(first.text) !== undefined) || first.kind === 'quoted'
      if (!isValue) throw this.#wrong('a name such as metrics.loss, params.lr, tags.team or status is expected here.')
      throw invalid(`Invalid comparison clause. Expected 'Identifier' found ${place(first.text, first.at)}: the name comes first.`)
    }
    this.#at += found.taken
    const { subject } = found
    const operator = this.#operator()
    return { entity: subject.entity, name: subject.name, test: this.#test(subject, operator) }
  }

  /** The operator as it is written: whether its subject takes it is looked at after the value, as MLflow does. */
  #operator(): string {
    const token = this.#peek()
    if (token.kind === 'operator') {
      this.#at++
      return token.text
    }
    const word = this.#keyword()
    if (word === 'LIKE' || word === 'ILIKE' || word === 'RLIKE' || word === 'IN') return word
    if (word === 'NOT') return `NOT ${this.#keyword('LIKE', 'ILIKE', 'RLIKE', 'IN')}`
    if (word === 'IS') {
      const after = this.#keyword('NULL', 'NOT')
      return after === 'NULL' ? 'IS NULL' : `IS NOT ${this.#keyword('NULL')}`
    }
    this.#at--
    throw this.#wrong('a comparison (=, !=, >, LIKE, IN, IS NULL ...) is expected here.')
  }

  #keyword(...expected: readonly string[]): string {
    const token = this.#peek()
    const word = token.kind === 'word' ? token.text.toUpperCase() : ''
    if (expected.length > 0 && !expected.includes(word)) throw this.#wrong(`${expected.join(' or ')} is expected here.`)
    this.#at++
    return word
  }

  #test(subject: Identified, operator: string): Test {
    if (operator === 'IS NULL' || operator === 'IS NOT NULL') {
      this.#allow(subject, operator)
      return { kind: 'presence', operator }
    }
    if (operator === 'IN' || operator === 'NOT IN') {
      const values = this.#list()
      this.#allow(subject, operator)
      return { kind: 'list', operator, values }
    }
    const token = this.#value()
    if (subject.kind === 'number') {
      const value = subject.whole ? wholeNumberOf(token) : token.kind === 'word' ? numberOf(token.text) : undefined
      if (value === undefined && subject.whole) {
        throw invalid(`Invalid value for numeric attribute '${subject.name}': ${place(token.text, token.at)}, write a whole number.`)
      }
      if (value === undefined) throw invalid(`${expectedNumber(subject)}. Found ${place(token.text, token.at)}: write a number.`)
      return { kind: 'number', operator: this.#allow(subject, operator) as '=', value }
    }
    const { bare_text } = this.#language
    const is_bare = typeof bare_text === 'boolean' ? bare_text : bare_text.includes(subject.entity)
    const value = is_bare && token.kind === 'word' ? token.text : textOf(token, subject)
    this.#allow(subject, operator)
    if (operator.endsWith('LIKE') && value.length > PATTERN_MAX) {
      throw invalid(`The pattern at character ${token.at} has ${value.length} characters; at most ${PATTERN_MAX} are taken.`)
    }
    return { kind: 'text', operator: operator as '=', value }
  }

  #value(): Token {
    const token = this.#peek()
    const isKeyword = token.kind === 'word' && /^(and|or|not|true|false|null)$/i.test(token.text)
    if ((token.kind !== 'word' && token.kind !== 'quoted') || isKeyword) {
      if (token.kind === '(') throw this.#wrong('a list comes after IN or NOT IN only.')
      throw this.#wrong('a value is expected here: a number, or text in quotes.')
    }
    this.#at++
    return token
  }

  /** `('a', 'b')`, also with a comma after the last. */
  #list(): readonly string[] {
    const ill = (advice: string): ApiError =>
      invalid(`While parsing a list in the query, ${advice} at character ${this.#peek().at}. Write ('a', 'b').`)
    if (this.#peek().kind !== '(') throw this.#wrong("a list of values such as ('a', 'b') is expected here.")
    this.#at++
    if (this.#peek().kind === ')') throw ill('expected a non-empty list of string values, but got empty list')
    const values: string[] = []
    while (this.#peek().kind !== ')') {
      const item = this.#peek()
      if (item.kind === 'word') throw ill('expected string value, punctuation, or whitespace, but got different type in list')
      if (item.kind !== 'quoted' || item.quote === '`') throw ill('expected a non-empty list of string values, but got ill-formed list')
      values.push(item.content)
      this.#at++
      if (this.#peek().kind === ',') this.#at++
      else if (this.#peek().kind !== ')') throw ill('expected a non-empty list of string values, but got ill-formed list')
    }
    this.#at++
    return values
  }

  #allow(subject: Identified, operator: string): Operator {
    if (subject.operators.includes(operator as Operator)) return operator as Operator
    const { phrases, attributes } = this.#language
    const what = `${subject.entity} '${subject.name}'`
    let hint = `It takes ${subject.operators.join(', ')}.`
    if (LIST_OPERATORS.includes(operator as Operator)) {
      const lists = [...new Set([...attributes.values()].filter((one) => one.operators.includes('IN')).map((one) => `'${one.name}'`))]
      if (lists.length > 0) hint += ` Only [${lists.join(', ')}] attributes support comparison with a list of quoted string values.`
    }
    throw invalid(`${phrases.operator} '${operator}' for ${what} at character ${subject.at}. ${hint}`)
  }

  #wrong(advice: string): ApiError {
    const { kind, text, at } = this.#peek()
    const what = kind === 'end' ? `it ends at character ${at}, and` : `${place(text, at)}:`
    const why = kind === 'unclosed' ? `the quote ${text[0]} is never closed.` : advice
    return invalid(`${this.#language.phrases.syntax}: ${what} ${why}`)
  }
}

function wholeNumberOf({ kind, text, content, quote }: Token): number | undefined {
  const written = kind === 'quoted' && quote !== '`' ? content : text
  return /^[+-]?\d+$/.test(written) ? Number(written) : undefined
}

const expectedNumber = ({ entity, name }: Identified): string =>
  `Expected numeric value type for ${entity === 'metric' ? 'metric' : `numeric attribute: ${name}`}`

function textOf(token: Token, { entity }: Identified): string {
  if (token.kind === 'quoted' && token.quote !== '`') return token.content
  const found = place(token.text, token.at)
  if (token.kind === 'word' && numberOf(token.text) !== undefined) {
    const what = entity === 'param' ? 'parameter' : entity === 'tag' ? 'tag' : entity === 'dataset' ? 'dataset attributes' : 'attributes'
    throw invalid(`Expected a quoted string value for ${what} (e.g. 'my-value'). Got value ${found}: put it in quotes.`)
  }
  throw invalid(
    `Parameter value is either not quoted or unidentified quote types used for string value ${found}. Use either single or double quotes.`,
  )
}
