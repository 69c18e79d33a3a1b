import { type Names, spelled } from './view.ts'

/** What the end of a filter may become, and from where on it is replaced. */
export type Completion = { readonly from: number; readonly items: readonly string[] }

type Token = { readonly text: string; readonly from: number; readonly isOpen: boolean }

const SHOWN_MAX = 8
const TOKEN = /'[^']*'?|"[^"]*"?|[(),]|[<>!=]+|(?:[^\s`'"(),<>!=]|`[^`]*`?)+/g
const NUMBERS = ['<', '>', '=', '<=', '>=', '!=']
const TEXTS = ['=', '!=', 'LIKE', 'ILIKE']
const PRESENCE = ['IS NULL', 'IS NOT NULL']
const STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'].map((status) => `'${status}'`)

/** The attributes of runs, and how each can be compared. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'attributes.run_name': TEXTS,
  'attributes.status': TEXTS,
  'attributes.start_time': NUMBERS,
  'attributes.end_time': NUMBERS,
  'attributes.user_id': TEXTS,
  'attributes.run_id': [...TEXTS, 'IN', 'NOT IN'],
}

/** What is expected after what was read so far. */
type Place = 'name' | 'operator' | 'value' | 'list' | 'and'

/**
 * What the end of a filter may become: names, then how they are compared, then a value that is known, then AND.
 * @param values those that runs have where {@link valuesWanted} says that some are of use
 */
export function completionsOf(typed: string, names: Names | undefined, values: readonly string[] = []): Completion {
  const { word, from, place, name, seen } = endOf(typed)
  const offered = offer({ place, name, seen, names, values, isWord: word !== '' })
  // An operator of two words is offered as a whole, after its first word too.
  return { from, items: offered.filter((one) => fits(one, word, place)).slice(0, SHOWN_MAX) }
}

/** The param, tag or attribute of which a value comes next, if runs can tell some. */
export function valuesWanted(typed: string): { kind: 'params' | 'tags' | 'attributes'; name: string } | undefined {
  const { place, name } = endOf(typed)
  const [, kind, plain] = /^(params|tags|attributes)\.`?([^`]+)`?$/.exec(name) ?? []
  if ((place !== 'value' && place !== 'list') || kind === undefined || plain === undefined) return undefined
  if (kind === 'attributes') return plain === 'run_name' ? { kind, name: plain } : undefined
  return { kind: kind as 'params' | 'tags', name: plain }
}

/** What is being written at the end, from where on, and what is expected there. */
function endOf(typed: string): ReturnType<typeof read> & { word: string; from: number } {
  const tokens = tokensOf(typed)
  const last = tokens.at(-1)
  const isWord = last !== undefined && (last.isOpen || !/[\s(),]$/.test(typed))
  const before = read(isWord ? tokens.slice(0, -1) : tokens)
  return { ...before, word: isWord ? last.text.toLowerCase() : '', from: isWord ? last.from : typed.length }
}

const fits = (item: string, word: string, place: Place): boolean => {
  const low = item.toLowerCase()
  if (low === word) return false
  if (place === 'name') return low.includes(word)
  // Who begins a value without a quotation mark means the same one.
  return low.startsWith(word) || (place !== 'operator' && place !== 'and' && low.slice(1).startsWith(word.replace(/^["']/, '')))
}

type Offered = {
  readonly place: Place
  readonly name: string
  readonly seen: readonly string[]
  readonly names: Names | undefined
  readonly values: readonly string[]
  readonly isWord: boolean
}

function offer({ place, name, seen, names, values, isWord }: Offered): readonly string[] {
  if (place === 'operator') return remaining(operatorsOf(name), seen)
  if (place === 'and') return ['AND']
  if (place === 'value' || place === 'list')
    return name === 'attributes.status' ? STATUSES : [...new Set(values)].flatMap((value) => inQuotes(value) ?? [])
  // Twelve thousand names are no help to somebody who has typed nothing.
  if (!isWord) return []
  return [
    ...Object.keys(ATTRIBUTES),
    ...(['metrics', 'params', 'tags'] as const).flatMap((kind) => (names?.[kind] ?? []).map((one) => spelled({ kind, name: one }))),
  ]
}

/** A value as it is written; undefined for the rare one that no quotation can hold as it is. */
function inQuotes(value: string): string | undefined {
  if (value.includes('\\')) return undefined
  if (!value.includes("'")) return `'${value}'`
  return value.includes('"') ? undefined : `"${value}"`
}

/** What is left of operators whose first words are there: of IS NOT NULL, after IS, NOT NULL. */
const remaining = (operators: readonly string[], seen: readonly string[]): string[] => {
  const begun = seen.map((word) => `${word.toUpperCase()} `).join('')
  return operators.filter((one) => one.startsWith(begun)).map((one) => one.slice(begun.length))
}

function operatorsOf(name: string): readonly string[] {
  if (name.startsWith('metrics.')) return NUMBERS
  return ATTRIBUTES[name] ?? [...TEXTS, ...PRESENCE]
}

function tokensOf(typed: string): Token[] {
  return [...typed.matchAll(TOKEN)].map(({ 0: text, index }) => ({ text, from: index, isOpen: isOpen(text) }))
}

/** Whether a quotation was begun and not ended. */
function isOpen(text: string): boolean {
  const quote = /^['"]/.exec(text)?.[0]
  if (quote) return text.length === 1 || !text.endsWith(quote)
  return (text.match(/`/g)?.length ?? 0) % 2 === 1
}

/** Where the filter stands after these tokens, of which name it speaks, and which words of an operator were read. */
function read(tokens: readonly Token[]): { place: Place; name: string; seen: string[] } {
  let place: Place = 'name'
  let name = ''
  let seen: string[] = []
  for (const { text } of tokens) {
    const upper = text.toUpperCase()
    if (place === 'name') {
      name = text
      place = 'operator'
    } else if (place === 'operator') {
      seen = [...seen, text]
      if (upper === 'NULL') place = 'and'
      else if (upper !== 'IS' && upper !== 'NOT') place = upper === 'IN' ? 'list' : 'value'
    } else if (place === 'value' || upper === ')') place = 'and'
    else if (place === 'and') {
      place = 'name'
      seen = []
    }
  }
  return { place, name, seen }
}
