/** Code points from one to another, both included. */
export type Range = readonly [from: number, to: number]

/** A regular expression, read: what each character is one of, and how often, in which order. Nothing in it looks back at what was found. */
export type Pattern =
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number }
  | { readonly kind: 'start' | 'end' | 'edge' | 'no edge' }

export const LAST_CODE_POINT = 0x10ffff
export const DIGITS: readonly Range[] = [[0x30, 0x39]]
/** What `\w` stands for, and what `\b` is the edge of. */
export const WORDS: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
export const SPACES: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
export const LINE_BREAK: readonly Range[] = [[0x0a, 0x0a]]
export const ANYTHING: readonly Range[] = [[0, LAST_CODE_POINT]]

/** In order, without overlaps and neighbours. */
export function united(ranges: readonly Range[]): readonly Range[] {
  const out: [number, number][] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

/** All other characters. */
export function inverse(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = []
  let next = 0
  for (const [from, to] of united(ranges)) {
    if (from > next) out.push([next, from - 1])
    next = to + 1
  }
  if (next <= LAST_CODE_POINT) out.push([next, LAST_CODE_POINT])
  return out
}

// Beyond are a few letters of scripts that are hardly written: they stay as they are.
const CASED_MAX = 0x24ff

/** With the lower and upper case of each. */
export function anyCase(ranges: readonly Range[]): readonly Range[] {
  const out = [...ranges]
  for (const [from, to] of united(ranges)) {
    for (let at = from; at <= Math.min(to, CASED_MAX); at++) {
      const letter = String.fromCodePoint(at)
      for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
        const code = other.codePointAt(0) as number
        if (code !== at && other.length === 1) out.push([code, code])
      }
    }
  }
  return united(out)
}
