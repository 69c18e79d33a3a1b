import { type Column, type Frame, InputProblem } from '../../backend.ts'
import { NdArray } from '../arrays.ts'
import type { Estimator, Value } from '../estimator.ts'
import { frameOf, type Inputs, rowsOf } from '../matrix.ts'
import { type Compile, type Fitted, inputsOf } from './fitted.ts'
import { ENGLISH_STOP_WORDS } from './stop-words.ts'

const WORDS_MAX = 2_000_000
/** Numbers in what one call makes; more rows are handed over in parts. */
export const CELLS_MAX = 4_000_000

/** Counts words, or pieces of words. */
export const countVectorizer: Compile = (estimator) => {
  const { words, count } = counterOf(estimator)
  return { inputs: TEXT, transform: (frame) => frameOf(frame.rows, words, count(frame)) }
}

/** The same, weighed by how rare each is. */
export const tfidfVectorizer: Compile = (estimator) => {
  const { words, count } = counterOf(estimator)
  const weigh = weigherOf(estimator.part('_tfidf'), words)
  return { inputs: TEXT, transform: (frame) => frameOf(frame.rows, words, weigh(count(frame))) }
}

/** The weighing alone, of counts. */
export const tfidfTransformer: Compile = (estimator): Fitted => {
  const inputs = inputsOf(estimator)
  const weigh = weigherOf(estimator, inputs.columns)
  return { inputs, transform: (frame) => frameOf(frame.rows, inputs.columns, weigh(rowsOf(frame, inputs, Float64Array))) }
}

const TEXT: Inputs = { columns: 1, names: undefined, allows_missing: false }

type Counter = { readonly words: number; count(frame: Frame): Float64Array }

function counterOf(estimator: Estimator): Counter {
  const places = vocabularyOf(estimator)
  const words = places.size
  const split = splitterOf(estimator)
  const once = estimator.flag('binary')
  return {
    words,
    count(frame) {
      const [column] = frame.data
      if (column === undefined || frame.data.length !== 1)
        throw new InputProblem(`the model takes one column of texts, and ${frame.data.length} were given`)
      if (frame.rows * words > 32 * CELLS_MAX)
        throw new InputProblem(`${frame.rows} texts at once are too many for a model of ${words} words`)
      const made = new Float64Array(frame.rows * words)
      for (let row = 0; row < frame.rows; row++) {
        for (const word of split(textAt(column, row))) {
          const place = places.get(word)
          if (place === undefined) continue
          const at = row * words + place
          made[at] = once ? 1 : (made[at] as number) + 1
        }
      }
      return made
    },
  }
}

function textAt(column: Column, row: number): string {
  const cell = column[row]
  if (typeof cell === 'string') return cell
  throw new InputProblem(
    `row ${row + 1} is ${cell === null || Number.isNaN(cell) ? 'missing' : `the ${typeof cell} ${cell}`}; the model takes texts`,
  )
}

/** The place of each word: all of them, each once. */
function vocabularyOf(estimator: Estimator): ReadonlyMap<string, number> {
  const found = estimator.any('vocabulary_')
  if (!(found instanceof Map) || found.size === 0 || found.size > WORDS_MAX) return estimator.refuse('vocabulary_', 'is no list of words')
  const taken = new Uint8Array(found.size)
  const places = new Map<string, number>()
  for (const [word, value] of found as ReadonlyMap<string, Value>) {
    const place = value instanceof NdArray && value.numbers?.length === 1 ? value.numbers[0] : value
    if (typeof place !== 'number' || taken[place] !== 0) return estimator.refuse('vocabulary_', 'has a word without a place of its own')
    taken[place] = 1
    places.set(word, place)
  }
  return places
}

type Split = (text: string) => string[]

function splitterOf(estimator: Estimator): Split {
  for (const option of ['preprocessor', 'tokenizer'])
    if (estimator.has(option)) estimator.refuse(option, 'is a function: code is not run here')
  const accents = estimator.has('strip_accents') ? estimator.oneOf('strip_accents', ['ascii']) : undefined
  const lower = estimator.flag('lowercase')
  const before = (text: string): string => {
    const lowered = lower ? text.toLowerCase() : text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII is left out, as Python does
    return accents ? lowered.normalize('NFKD').replace(/[^\x00-\x7f]/g, '') : lowered
  }
  const [least, most] = sizesOf(estimator)
  const analyzer = estimator.oneOf('analyzer', ['word', 'char', 'char_wb'])
  if (analyzer === 'char') return (text) => pieces([...before(text).replace(/\s\s+/g, ' ')], least, most, '')
  if (analyzer === 'char_wb')
    return (text) =>
      before(text)
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .flatMap((word) => within([...` ${word} `], least, most))
  const pattern = patternOf(estimator)
  const stops = stopsOf(estimator)
  return (text) => {
    const found = before(text).match(pattern) ?? []
    return pieces(stops ? found.filter((word) => !stops.has(word)) : found, least, most, ' ')
  }
}

function sizesOf(estimator: Estimator): readonly [number, number] {
  const [least, most] = estimator.list('ngram_range')
  if (
    typeof least === 'number' &&
    typeof most === 'number' &&
    Number.isInteger(least) &&
    Number.isInteger(most) &&
    least >= 1 &&
    most >= least &&
    most <= 50
  ) {
    return [least, most]
  }
  return estimator.refuse('ngram_range', 'is no range from 1 to 50')
}

/** Only the patterns that everybody has: another one, run on anybody's texts, might not end. */
function patternOf(estimator: Estimator): RegExp {
  const pattern = estimator.oneOf('token_pattern', ['(?u)\\b\\w\\w+\\b', '(?u)\\b\\w+\\b', '\\b\\w+\\b', '\\w+', '(?u)\\w+'])
  return pattern.includes('\\w\\w+') ? /[\p{L}\p{N}_]{2,}/gu : /[\p{L}\p{N}_]+/gu
}

function stopsOf(estimator: Estimator): ReadonlySet<string> | undefined {
  if (!estimator.has('stop_words')) return undefined
  if (estimator.any('stop_words') === 'english') return ENGLISH_STOP_WORDS
  const words = estimator.list('stop_words')
  return words.every((word) => typeof word === 'string')
    ? new Set(words as string[])
    : estimator.refuse('stop_words', 'holds what is no word')
}

/** All runs of `least` to `most` parts. */
function pieces(parts: readonly string[], least: number, most: number, between: string): string[] {
  if (least === 1 && most === 1) return [...parts]
  const made: string[] = []
  for (let size = least; size <= Math.min(most, parts.length); size++) {
    for (let at = 0; at + size <= parts.length; at++) made.push(parts.slice(at, at + size).join(between))
  }
  return made
}

/** Runs within one word and the spaces around it; a word that is shorter than a run counts once. */
function within(letters: readonly string[], least: number, most: number): string[] {
  const made: string[] = []
  for (let size = least; size <= most; size++) {
    made.push(letters.slice(0, size).join(''))
    for (let at = 1; at + size <= letters.length; at++) made.push(letters.slice(at, at + size).join(''))
    if (size >= letters.length) break
  }
  return made
}

function weigherOf(estimator: Estimator, words: number): (counts: Float64Array) => Float64Array {
  const norm = estimator.has('norm') ? estimator.oneOf('norm', ['l1', 'l2']) : undefined
  const rare = estimator.flag('use_idf') ? idfOf(estimator, words) : undefined
  const slow = estimator.flag('sublinear_tf')
  return (counts) => {
    for (let at = 0; at < counts.length; at += words) {
      let length = 0
      for (let word = at; word < at + words; word++) {
        const count = counts[word] as number
        if (count === 0) continue
        const weighed = (slow ? Math.log(count) + 1 : count) * (rare ? (rare[word - at] as number) : 1)
        counts[word] = weighed
        length += norm === 'l2' ? weighed * weighed : Math.abs(weighed)
      }
      const divisor = norm === 'l2' ? Math.sqrt(length) : length
      if (norm !== undefined && divisor !== 0)
        for (let word = at; word < at + words; word++) counts[word] = (counts[word] as number) / divisor
    }
    return counts
  }
}

/** How rare each word is; before scikit-learn 1.5 that stood on a diagonal. */
function idfOf(estimator: Estimator, words: number): Float64Array {
  return estimator.has('idf_') ? estimator.numbers('idf_', [words]) : estimator.refuse('idf_', 'is not there')
}
