import { automatonOf } from './automaton.ts'
import { parsePattern } from './parse.ts'
import { type Pattern, type Range, WORDS } from './pattern.ts'

/**
 * A pattern that the automaton here takes, in PostgreSQL's syntax, in its plainest words, so that nothing in it means something else
 * there. Groups find nothing, and nothing is referred back to: PostgreSQL then only runs an automaton, and takes no step back either.
 */
export function asPostgres(text: string): string {
  automatonOf(text)
  return `***:${written(parsePattern(text))}`
}

function written(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'set':
      return setOf(pattern.ranges)
    case 'sequence':
      return pattern.parts.map(written).join('')
    case 'choice':
      return `(?:${pattern.options.map(written).join('|')})`
    case 'repeat':
      return `(?:${written(pattern.part)})${times(pattern.min, pattern.max)}`
    case 'start':
      return '\\A'
    case 'end':
      return '\\Z'
    case 'edge':
      return `(?:${behind(WORDS)}${NOT_BEFORE_WORD}|${NOT_BEHIND_WORD}${before(WORDS)})`
    case 'no edge':
      return `(?:${behind(WORDS)}${before(WORDS)}|${NOT_BEHIND_WORD}${NOT_BEFORE_WORD})`
  }
}

const times = (min: number, max: number): string => {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return `{${min},${max}}`
}

const escaped = (code: number): string =>
  code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`

/** No text holds the character 0 there. */
function setOf(ranges: readonly Range[]): string {
  const known = ranges.map(([from, to]) => [Math.max(1, from), to] as const).filter(([from, to]) => from <= to)
  if (known.length === 0) return '(?:\\Z\\u0001)'
  return `[${known.map(([from, to]) => (from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`)).join('')}]`
}

const before = (ranges: readonly Range[]): string => `(?=${setOf(ranges)})`
const behind = (ranges: readonly Range[]): string => `(?<=${setOf(ranges)})`
const NOT_BEFORE_WORD = `(?!${setOf(WORDS)})`
const NOT_BEHIND_WORD = `(?<!${setOf(WORDS)})`
