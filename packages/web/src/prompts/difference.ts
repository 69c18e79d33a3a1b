export type Change = { readonly kind: 'same' | 'added' | 'removed'; readonly line: string }

const CELLS_MAX = 4_000_000

/** The lines of two texts, by their longest common subsequence: what both have, what went and what came. */
export const difference = (before: string, after: string): Change[] => compared(before.split('\n'), after.split('\n'))

function compared(a: readonly string[], b: readonly string[]): Change[] {
  if (a.length * b.length > CELLS_MAX) {
    return [...a.map((line) => ({ kind: 'removed', line }) as const), ...b.map((line) => ({ kind: 'added', line }) as const)]
  }
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j
      common[here] =
        a[i] === b[j] ? (common[here + width + 1] as number) + 1 : Math.max(common[here + width] as number, common[here + 1] as number)
    }
  }
  const out: Change[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: 'same', line: a[i++] as string })
      j++
    } else if (i < a.length && (j === b.length || (common[(i + 1) * width + j] as number) >= (common[i * width + j + 1] as number))) {
      out.push({ kind: 'removed', line: a[i++] as string })
    } else out.push({ kind: 'added', line: b[j++] as string })
  }
  return out
}

/** A line on the left, a line on the right, or one of them alone. */
type Pair = { readonly left?: Change; readonly right?: Change }

/** Changes as two columns: lines that both have stand beside themselves, those that went beside those that came. */
export function pairsOf(changes: readonly Change[]): Pair[] {
  const out: Pair[] = []
  for (let at = 0; at < changes.length; ) {
    const change = changes[at] as Change
    if (change.kind === 'same') {
      out.push({ left: change, right: change })
      at++
      continue
    }
    const from = at
    while (at < changes.length && changes[at]?.kind !== 'same') at++
    const gone = changes.slice(from, at).filter(({ kind }) => kind === 'removed')
    const come = changes.slice(from, at).filter(({ kind }) => kind === 'added')
    for (let row = 0; row < Math.max(gone.length, come.length); row++) {
      const [left, right] = [gone[row], come[row]]
      out.push({ ...(left && { left }), ...(right && { right }) })
    }
  }
  return out
}

const WORDS_MAX = 400

/** What differs within a line that was changed, word by word; of long lines the whole. */
export function wordsOf(before: string, after: string): Change[] {
  const words = (line: string): string[] => line.match(/\s+|\w+|[^\s\w]/g) ?? []
  const [a, b] = [words(before), words(after)]
  if (a.length > WORDS_MAX || b.length > WORDS_MAX) return difference(before, after)
  return compared(a, b)
}
