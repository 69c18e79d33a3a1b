import { invalid } from '../../http/errors.ts'
import {
  ANYTHING,
  anyCase,
  DIGITS,
  inverse,
  LAST_CODE_POINT,
  LINE_BREAK,
  type Pattern,
  type Range,
  SPACES,
  united,
  WORDS,
} from './pattern.ts'

const PATTERN_MAX = 1_000
const REPEAT_MAX = 255
const DEPTH_MAX = 50

type Flags = { readonly any_case: boolean; readonly dot_is_all: boolean }

/**
 * Reads a regular expression in the syntax of Python's `re` as far as RE2 takes it as well: without references to what a group found and
 * without looking ahead or behind, which no program can match in time that is in proportion to the text. `\d`, `\w`, `\s` and `\b` know
 * ASCII, `$` is the end of the text.
 * @throws ApiError INVALID_PARAMETER_VALUE with the place of what can't be read
 */
export function parsePattern(text: string): Pattern {
  const characters = Array.from(text)
  if (characters.length > PATTERN_MAX) {
    throw invalid(`The regular expression has ${characters.length} characters; at most ${PATTERN_MAX} are taken.`)
  }
  return new PatternParser(characters).whole()
}

const one = (code: number): readonly Range[] => [[code, code]]
const CONTROL: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7 }
const SETS: Readonly<Record<string, readonly Range[]>> = {
  d: DIGITS,
  D: inverse(DIGITS),
  w: WORDS,
  W: inverse(WORDS),
  s: SPACES,
  S: inverse(SPACES),
}
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const ASSERTIONS: Readonly<Record<string, 'start' | 'end' | 'edge' | 'no edge'>> = {
  A: 'start',
  Z: 'end',
  z: 'end',
  b: 'edge',
  B: 'no edge',
}

class PatternParser {
  readonly #text: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: readonly string[]) {
    this.#text = text
  }

  whole(): Pattern {
    const pattern = this.#choice({ any_case: false, dot_is_all: false })
    if (this.#at < this.#text.length) throw this.#wrong("there is a ')' without its '('")
    return pattern
  }

  #wrong(why: string): Error {
    return invalid(`Invalid regular expression at its character ${this.#at + 1}: ${why}.`)
  }

  #is(expected: string): boolean {
    for (let at = 0; at < expected.length; at++) if (this.#text[this.#at + at] !== expected[at]) return false
    return true
  }

  #take(expected: string): boolean {
    const found = this.#is(expected)
    if (found) this.#at += expected.length
    return found
  }

  #choice(outer: Flags): Pattern {
    let flags = outer
    const options: Pattern[] = []
    let parts: Pattern[] = []
    while (this.#at < this.#text.length && !this.#is(')')) {
      const changed = this.#flagsAlone(flags)
      if (changed) flags = changed
      else if (this.#take('|')) {
        options.push({ kind: 'sequence', parts })
        parts = []
      } else parts.push(this.#repeated(flags))
    }
    options.push({ kind: 'sequence', parts })
    return options.length === 1 ? (options[0] as Pattern) : { kind: 'choice', options }
  }

  /** `(?i)`: from here to the group's end. */
  #flagsAlone(flags: Flags): Flags | undefined {
    const letters = /^\(\?([a-zA-Z]+)\)/.exec(this.#text.slice(this.#at, this.#at + 8).join(''))?.[1]
    if (letters === undefined) return undefined
    this.#at += 2
    const changed = this.#flags(flags)
    this.#at++
    return changed
  }

  #flags(flags: Flags): Flags {
    let { any_case, dot_is_all } = flags
    for (; /^[a-zA-Z]$/.test(this.#text[this.#at] ?? ''); this.#at++) {
      const letter = this.#text[this.#at]
      if (letter === 'i') any_case = true
      else if (letter === 's') dot_is_all = true
      else throw this.#wrong(`the flag '${letter}' is not known: (?i) takes upper and lower case as one, (?s) lets a dot be a line break`)
    }
    return { any_case, dot_is_all }
  }

  #repeated(flags: Flags): Pattern {
    const part = this.#atom(flags)
    const times = this.#times()
    if (!times) return part
    if (!this.#take('?') && (this.#is('+') || this.#times())) throw this.#wrong('what is repeated is repeated again: put it into a group')
    return { kind: 'repeat', part, min: times[0], max: times[1] }
  }

  #times(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#take('?')) return [0, 1]
    if (!this.#is('{')) return undefined
    // What only looks like a number of times is text, as in Python.
    const found = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 20).join(''))
    if (!found || (!found[1] && !found[3])) return undefined
    const min = Number(found[1] || 0)
    const max = !found[2] ? min : found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Number.POSITIVE_INFINITY))
      throw this.#wrong(`at most {${REPEAT_MAX}} times are taken`)
    if (max < min) throw this.#wrong(`{${min},${max}} is more often than at most`)
    this.#at += found[0].length
    return [min, max]
  }

  #atom(flags: Flags): Pattern {
    if (this.#is('*') || this.#is('+') || this.#is('?')) throw this.#wrong('there is nothing to repeat')
    if (this.#take('(')) return this.#group(flags)
    if (this.#take('[')) return this.#set(this.#members(), flags)
    if (this.#take('.')) return { kind: 'set', ranges: flags.dot_is_all ? ANYTHING : inverse(LINE_BREAK) }
    if (this.#take('^')) return { kind: 'start' }
    if (this.#take('$')) return { kind: 'end' }
    if (this.#take('\\')) {
      const assertion = ASSERTIONS[this.#text[this.#at] ?? '']
      if (!assertion) return this.#set(this.#escape(), flags)
      this.#at++
      return { kind: assertion }
    }
    return this.#set(one(this.#character()), flags)
  }

  #set(ranges: readonly Range[], { any_case }: Flags): Pattern {
    return { kind: 'set', ranges: any_case ? anyCase(ranges) : united(ranges) }
  }

  #character(): number {
    return (this.#text[this.#at++] as string).codePointAt(0) as number
  }

  #group(outer: Flags): Pattern {
    let flags = outer
    if (this.#take('?')) {
      if (this.#take('P<') || (this.#is('<') && !this.#is('<=') && !this.#is('<!') && this.#take('<'))) this.#groupName()
      else {
        flags = this.#flags(flags)
        if (!this.#take(':')) {
          throw this.#wrong(
            'this kind of group is not taken: groups are (...), (?:...), (?i:...) and (?P<name>...); ' +
              'nothing looks ahead, behind, or back at a group',
          )
        }
      }
    }
    if (++this.#depth > DEPTH_MAX) throw this.#wrong(`groups are nested deeper than ${DEPTH_MAX}`)
    const inside = this.#choice(flags)
    this.#depth--
    if (!this.#take(')')) throw this.#wrong("a '(' is never closed")
    return inside
  }

  #groupName(): void {
    const start = this.#at
    while (/^\w$/.test(this.#text[this.#at] ?? '')) this.#at++
    if (this.#at === start || !this.#take('>')) throw this.#wrong('a name such as (?P<name>...) is expected here')
  }

  /** What is between `[` and `]`. */
  #members(): readonly Range[] {
    const is_inverse = this.#take('^')
    const ranges: Range[] = []
    for (let first = true; first || !this.#is(']'); first = false) {
      const low = this.#member()
      // A minus at the end, or behind a set such as \d, is a minus.
      if (!this.#is('-') || this.#text[this.#at + 1] === ']' || this.#text[this.#at + 1] === undefined) {
        ranges.push(...low)
        continue
      }
      this.#at++
      const high = this.#member()
      const [from, to] = [single(low), single(high)]
      if (from === undefined || to === undefined || from > to)
        throw this.#wrong('this is no range: write it from the lower character to the higher')
      ranges.push([from, to])
    }
    this.#at++
    return is_inverse ? inverse(ranges) : ranges
  }

  #member(): readonly Range[] {
    if (this.#at >= this.#text.length) throw this.#wrong("a '[' is never closed")
    if (!this.#take('\\')) return one(this.#character())
    return this.#take('b') ? one(8) : this.#escape()
  }

  /** What stands behind a backslash. */
  #escape(): readonly Range[] {
    const letter = this.#text[this.#at]
    if (letter === undefined) throw this.#wrong('a backslash is the last character: write two for one')
    const digits = HEX_DIGITS[letter]
    if (digits !== undefined) return one(this.#hex(digits))
    const set = SETS[letter]
    const control = CONTROL[letter]
    if (!set && control === undefined && /^[a-zA-Z0-9]$/.test(letter)) {
      throw this.#wrong(/\d/.test(letter) ? 'nothing refers back to what a group found' : `'\\${letter}' has no meaning`)
    }
    if (!set && control === undefined) return one(this.#character())
    this.#at++
    return set ?? one(control as number)
  }

  #hex(digits: number): number {
    const text = this.#text.slice(this.#at + 1, this.#at + 1 + digits).join('')
    const code = Number.parseInt(text, 16)
    if (text.length !== digits || !/^[0-9a-fA-F]+$/.test(text) || code > LAST_CODE_POINT)
      throw this.#wrong(`${digits} hexadecimal digits of a character are expected`)
    this.#at += 1 + digits
    return code
  }
}

const single = (ranges: readonly Range[]): number | undefined => {
  const [range] = ranges
  return ranges.length === 1 && range && range[0] === range[1] ? range[0] : undefined
}
