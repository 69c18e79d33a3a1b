import type { ColumnProfile } from './profile.ts'

/** How a column of requests differs from the training data's. */
export type Drift = {
  readonly column: string
  readonly rows: number
  /** The population stability index, less what chance makes of it. */
  readonly psi: number
  readonly missing_rate: number
  /** The part of the values that lie beyond the training data's least and greatest, or are words that it did not have. */
  readonly out_of_range: number
}

const GROUPS = 10

/** Compares columns of the same names. */
export function driftOf(training: readonly ColumnProfile[], now: readonly ColumnProfile[]): readonly Drift[] {
  const before = new Map(training.map((column) => [column.name, column]))
  return now.flatMap((column) => {
    const known = before.get(column.name)
    if (known === undefined || column.rows === 0) return []
    return [
      {
        column: column.name,
        rows: column.rows,
        psi: indexOf(known, column),
        missing_rate: column.missing / column.rows,
        out_of_range: outside(known, column) / Math.max(1, column.rows - column.missing),
      },
    ]
  })
}

/** How many values more are missing than in the training data, as a part of all. */
export const missingRise = (training: readonly ColumnProfile[], { column, missing_rate }: Drift): number => {
  const known = training.find(({ name }) => name === column)
  return known === undefined || known.rows === 0 ? 0 : missing_rate - known.missing / known.rows
}

/** The index over ten groups of bins that hold about equal parts of the training data, or over words, as rollouts work it out too. */
function indexOf(before: ColumnProfile, now: ColumnProfile): number {
  const [all_before, all_now] = [before.rows - before.missing, now.rows - now.missing]
  if (all_before === 0 || all_now === 0) return 0
  const groups: [before: number, now: number][] = []
  let group: [number, number] = [0, 0]
  const close = (): void => {
    groups.push(group)
    group = [0, 0]
  }
  for (const bin of [...new Set([...before.bins.keys(), ...now.bins.keys()])].sort(byPlace)) {
    const is_word = bin.startsWith('=')
    if (is_word && group[0] + group[1] > 0) close()
    group[0] += before.bins.get(bin) ?? 0
    group[1] += now.bins.get(bin) ?? 0
    if (is_word || group[0] >= all_before / GROUPS) close()
  }
  if (group[0] + group[1] > 0) close()
  if (before.other + now.other > 0) groups.push([before.other, now.other])
  const half = groups.length / 2
  const index = groups.reduce((sum, [a, b]) => {
    const [x, y] = [(a + 0.5) / (all_before + half), (b + 0.5) / (all_now + half)]
    return sum + (y - x) * Math.log(y / x)
  }, 0)
  return Math.max(0, index - 2 * (groups.length - 1) * (1 / all_before + 1 / all_now))
}

/** Bins of numbers are called by their place; those of words begin with '='. */
function byPlace(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)]
  return Number.isNaN(x) || Number.isNaN(y) ? (a < b ? -1 : 1) : x - y
}

/** Of numbers beyond the bounds it is known in which bin they lie: those beyond the outermost bins that the training data has. */
function outside(before: ColumnProfile, now: ColumnProfile): number {
  const places = [...before.bins.keys()].map(Number).filter((place) => !Number.isNaN(place))
  // Not by spreading: a profile has a thousand bins, and may be written by anybody.
  const [least, greatest] = places.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  let count = 0
  for (const [bin, seen] of now.bins) {
    const place = Number(bin)
    if (Number.isNaN(place) ? before.other === 0 && !before.bins.has(bin) : place < least || place > greatest) count += seen
  }
  return count
}
