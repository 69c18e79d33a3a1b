export type Change = { readonly kind: 'same' | 'added' | 'removed'; readonly line: string }

const CELLS_MAX = 4_000_000

/** The lines of two texts, by their longest common subsequence: what both have, what went and what came. */
export function difference(before: string, after: string): Change[] {
  const a = before.split('\n')
  const b = after.split('\n')
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
