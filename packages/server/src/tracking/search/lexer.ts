/** A piece of a filter. `at` is its place, counted from 1; `glued` when no space stands before it. */
export type Token = {
  readonly kind: 'word' | 'quoted' | 'operator' | '(' | ')' | ',' | ';' | 'other' | 'unclosed' | 'end'
  /** As it was written. */
  readonly text: string
  /** What is between the quotes of a quoted one. */
  readonly content: string
  readonly quote: string
  readonly at: number
  readonly glued: boolean
}

const WORD = /[\p{L}\p{N}\p{M}_.\-+/@$#%&:]+/uy
const OPERATOR = /[<>=!~]+/y
const SPACE = /\s+/y

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/**
 * The place of the quote that ends what began at `start`, or -1. As in MLflow, a doubled quote and a quote after a backslash don't end
 * it and stay as they are written: there is no way of escaping. A backslash before the very last quote is only a backslash.
 */
function closing(text: string, start: number, quote: string): number {
  let last = -1
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === quote) last = ++at
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at
      at++
    }
  }
  return last
}

/** Cuts a filter or an order into pieces: every character is in one of them or is space between them. */
export function tokens(text: string): readonly Token[] {
  const out: Token[] = []
  let at = 0
  for (;;) {
    const spaces = match(SPACE, text, at).length
    at += spaces
    const token = next(text, at, spaces === 0)
    out.push(token)
    if (token.kind === 'end') return out
    at += token.text.length
  }
}

function next(text: string, at: number, glued: boolean): Token {
  const token = (kind: Token['kind'], piece: string, content = '', quote = ''): Token => ({
    kind,
    text: piece,
    content,
    quote,
    at: at + 1,
    glued,
  })
  const first = text[at]
  if (first === undefined) return token('end', '')
  if (first === '(' || first === ')' || first === ',' || first === ';') return token(first, first)
  if (first === "'" || first === '"' || first === '`') {
    const end = closing(text, at, first)
    if (end === -1) return token('unclosed', text.slice(at))
    return token('quoted', text.slice(at, end + 1), text.slice(at + 1, end), first)
  }
  const operator = match(OPERATOR, text, at)
  if (operator) return token('operator', operator)
  const word = match(WORD, text, at)
  return word ? token('word', word) : token('other', first)
}
