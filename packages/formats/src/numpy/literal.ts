import { Unreadable } from '../unreadable.ts'

/** A literal of Python: what `repr` writes of plain values. Tuples and lists are arrays, dicts are Maps. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<Literal, Literal>

const TOKEN =
  /\s*(?:([()[\]{},:])|([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)L?|[uUbB]?'((?:[^'\\]|\\.)*)'|[uUbB]?"((?:[^"\\]|\\.)*)"|(True|False|None)\b)/y
const DEPTH_MAX = 32

type Token = { punctuation?: string; value?: Literal }

/** Reads a literal by its grammar; expressions, calls and names are no part of that. @throws Unreadable */
export function readLiteral(text: string): Literal {
  const tokens = tokenize(text)
  let at = 0
  const fail = (): never => {
    throw new Unreadable('it is no plain literal', 0)
  }
  const next = (): Token => tokens[at++] ?? fail()
  const peek = (): string | undefined => tokens[at]?.punctuation
  const list = (close: string, depth: number): Literal[] => {
    const items: Literal[] = []
    while (peek() !== close) {
      items.push(value(depth))
      if (peek() === ',') at++
      else if (peek() !== close) fail()
    }
    at++
    return items
  }
  const dict = (depth: number): Map<Literal, Literal> => {
    const found = new Map<Literal, Literal>()
    while (peek() !== '}') {
      const key = value(depth)
      if (next().punctuation !== ':') fail()
      if (found.has(key)) fail()
      found.set(key, value(depth))
      if (peek() === ',') at++
      else if (peek() !== '}') fail()
    }
    at++
    return found
  }
  const value = (depth: number): Literal => {
    if (depth > DEPTH_MAX) fail()
    const token = next()
    if (token.value !== undefined) return token.value
    if (token.punctuation === '(') return list(')', depth + 1)
    if (token.punctuation === '[') return list(']', depth + 1)
    if (token.punctuation === '{') return dict(depth + 1)
    return fail()
  }
  const whole = value(0)
  if (at !== tokens.length) fail()
  return whole
}

const WORDS: Readonly<Record<string, Literal>> = { True: true, False: false, None: null }

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const found = TOKEN.exec(text)
    if (!found) throw new Unreadable('it is no plain literal', 0)
    const [, punctuation, number, single, double, word] = found
    if (punctuation !== undefined) tokens.push({ punctuation })
    else if (number !== undefined) tokens.push({ value: Number(number) })
    else if (word !== undefined) tokens.push({ value: WORDS[word] ?? null })
    else tokens.push({ value: (single ?? double ?? '').replace(/\\(.)/g, '$1') })
  }
  return tokens
}
