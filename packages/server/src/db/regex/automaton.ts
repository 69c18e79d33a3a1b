import { invalid } from '../../http/errors.ts'
import { parsePattern } from './parse.ts'
import { type Pattern, type Range, WORDS } from './pattern.ts'

const STEPS_MAX = 1_000
const STATES_MAX = 200

type Assertion = 'start' | 'end' | 'edge' | 'no edge'
/** What a machine does at one place: takes a character of a set, goes on at two places, goes on if something holds, or has found it. */
type Step =
  | { readonly kind: 'take'; readonly ranges: readonly Range[] }
  | { readonly kind: 'fork'; readonly to: number; readonly or: number }
  | { readonly kind: 'if'; readonly assertion: Assertion }
  | { readonly kind: 'found' }

/** Between which characters the machine stands; the end is a kind of character of its own. */
const AT_START = 0
const WORD = 1
const OTHER = 2
const AT_END = 3

const UNKNOWN = 0
const FOUND = -1

type State = { readonly places: readonly number[]; readonly before: number; readonly next: Int32Array }

/**
 * Whether a text holds what a regular expression asks for, in one pass over the text: all ways to match are followed at once, and sets of
 * ways that were met before are remembered. No pattern makes it go back, so that the time is in proportion to the text, at most times the
 * length of the pattern.
 */
class Automaton {
  readonly #steps: Step[] = []
  readonly #bounds: readonly number[]
  readonly #kinds: readonly number[]
  readonly #of_ascii: Uint16Array
  readonly #members = new Map<readonly Range[], Uint8Array>()
  #states: State[] = []
  #byName = new Map<string, number>()

  /** @throws ApiError INVALID_PARAMETER_VALUE when the pattern can't be read, or its repetitions make it too long */
  constructor(pattern: string) {
    new Compiler(this.#steps).whole(parsePattern(pattern))
    const bounds = new Set([0])
    const ranges = [...WORDS, ...this.#steps.flatMap((step) => (step.kind === 'take' ? step.ranges : []))]
    for (const [from, to] of ranges) bounds.add(from).add(to + 1)
    this.#bounds = [...bounds].sort((a, b) => a - b)
    this.#kinds = this.#bounds.map((code) => (WORDS.some(([from, to]) => code >= from && code <= to) ? WORD : OTHER))
    this.#of_ascii = Uint16Array.from({ length: 128 }, (_, code) => this.#search(code))
  }

  test(text: string): boolean {
    let state = this.#stateOf([], AT_START)
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at)
      if (code >= 0xd800 && code <= 0xdbff) {
        code = text.codePointAt(at) as number
        if (code > 0xffff) at++
      }
      const group = code < 128 ? (this.#of_ascii[code] as number) : this.#search(code)
      const known = (this.#states[state] as State).next[group] as number
      const next = known === UNKNOWN ? this.#follow(state, group) : known
      if (next === FOUND) return true
      state = next - 1
    }
    return this.#places(this.#states[state] as State, AT_END) === undefined
  }

  /** Characters that no step tells apart are one group; this is the number of a character's. */
  #search(code: number): number {
    let low = 0
    let high = this.#bounds.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#bounds[middle] as number) <= code) low = middle
      else high = middle
    }
    return low
  }

  #stateOf(places: readonly number[], before: number): number {
    const name = `${before}:${places}`
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#states.length === STATES_MAX) {
      this.#states = []
      this.#byName = new Map()
    }
    const number = this.#states.push({ places, before, next: new Int32Array(this.#bounds.length) }) - 1
    this.#byName.set(name, number)
    return number
  }

  /** The number of the state behind a character, plus one; or that it is found. */
  #follow(from: number, group: number): number {
    const state = this.#states[from] as State
    const kind = this.#kinds[group] as number
    const places = this.#places(state, kind)
    let next = FOUND
    if (places) {
      const taken = places.filter((place) => this.#takes(place, group)).map((place) => place + 1)
      next = this.#stateOf(taken, kind) + 1
    }
    // The state may have been forgotten meanwhile: then this is written for nobody.
    state.next[group] = next
    return next
  }

  #takes(place: number, group: number): boolean {
    const { ranges } = this.#steps[place] as Extract<Step, { kind: 'take' }>
    let members = this.#members.get(ranges)
    if (!members) {
      members = new Uint8Array(this.#bounds.length)
      for (const [from, to] of ranges) members.fill(1, this.#search(from), this.#search(to) + 1)
      this.#members.set(ranges, members)
    }
    return members[group] === 1
  }

  /** All places that take a character next, in order; undefined when one of the ways is at its end. */
  #places({ places, before }: State, after: number): readonly number[] | undefined {
    const seen = new Uint8Array(this.#steps.length)
    // It may begin anywhere.
    const open = [...places, 0]
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen[place] === 1) continue
      seen[place] = 1
      const step = this.#steps[place] as Step
      if (step.kind === 'found') return undefined
      if (step.kind === 'fork') open.push(step.to, step.or)
      else if (step.kind === 'if' && holds(step.assertion, before, after)) open.push(place + 1)
    }
    const out: number[] = []
    for (let place = 0; place < seen.length; place++) if (seen[place] === 1 && this.#steps[place]?.kind === 'take') out.push(place)
    return out
  }
}

function holds(assertion: Assertion, before: number, after: number): boolean {
  if (assertion === 'start') return before === AT_START
  if (assertion === 'end') return after === AT_END
  return ((before === WORD) !== (after === WORD)) === (assertion === 'edge')
}

/** Writes a pattern down as steps, repetitions as often as they may be. */
class Compiler {
  readonly #steps: Step[]
  #visits = 0

  constructor(steps: Step[]) {
    this.#steps = steps
  }

  whole(pattern: Pattern): void {
    this.#write(pattern)
    this.#steps.push({ kind: 'found' })
  }

  #write(pattern: Pattern): void {
    // Also what needs no step: nothing, repeated 255 times, repeated 255 times.
    if (++this.#visits > STEPS_MAX || this.#steps.length > STEPS_MAX) {
      throw invalid(`The regular expression is longer than ${STEPS_MAX} steps when its repetitions are written out: ask for less at once.`)
    }
    switch (pattern.kind) {
      case 'set':
        this.#steps.push({ kind: 'take', ranges: pattern.ranges })
        break
      case 'sequence':
        for (const part of pattern.parts) this.#write(part)
        break
      case 'choice':
        this.#choice(pattern.options)
        break
      case 'repeat':
        this.#repeat(pattern.part, pattern.min, pattern.max)
        break
      default:
        this.#steps.push({ kind: 'if', assertion: pattern.kind })
    }
  }

  #choice(options: readonly Pattern[]): void {
    const ends: number[] = []
    for (const [at, option] of options.entries()) {
      const fork = at < options.length - 1 ? this.#hole() : undefined
      this.#write(option)
      if (fork === undefined) continue
      ends.push(this.#hole())
      this.#fork(fork, fork + 1, this.#steps.length)
    }
    for (const end of ends) this.#fork(end, this.#steps.length, this.#steps.length)
  }

  #repeat(part: Pattern, min: number, max: number): void {
    for (let times = 0; times < min; times++) this.#write(part)
    if (max === Number.POSITIVE_INFINITY) {
      const fork = this.#hole()
      this.#write(part)
      this.#steps.push({ kind: 'fork', to: fork, or: fork })
      this.#fork(fork, fork + 1, this.#steps.length)
      return
    }
    const forks: number[] = []
    for (let times = min; times < max; times++) {
      forks.push(this.#hole())
      this.#write(part)
    }
    for (const fork of forks) this.#fork(fork, fork + 1, this.#steps.length)
  }

  /** A place for a fork whose ends are not known yet. */
  #hole(): number {
    return this.#steps.push({ kind: 'found' }) - 1
  }

  #fork(at: number, to: number, or: number): void {
    this.#steps[at] = { kind: 'fork', to, or }
  }
}

const KEPT_MAX = 8
const kept = new Map<string, Automaton>()

/**
 * The automaton of a pattern; the last few are kept, for one search asks for the same pattern row by row.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function automatonOf(pattern: string): Automaton {
  let automaton = kept.get(pattern)
  if (!automaton) {
    automaton = new Automaton(pattern)
    if (kept.size === KEPT_MAX) kept.delete(kept.keys().next().value as string)
    kept.set(pattern, automaton)
  }
  return automaton
}
