import type { Cell, Column, Frame } from '../backend.ts'
import { binOf } from '../serving/tally.ts'

/** A column as the training data had it, or as requests have it. */
export type ColumnProfile = {
  readonly name: string
  readonly rows: number
  readonly missing: number
  /** The least and the greatest number; undefined where there was none. */
  readonly min: number | undefined
  readonly max: number | undefined
  /** Values by the bin that they lie in; what is in no bin of so many is in `other`. */
  readonly bins: ReadonlyMap<string, number>
  readonly other: number
}

const BINS_MAX = 1_000

/** Counts a column's values. */
export class ColumnTally {
  readonly name: string
  rows = 0
  missing = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  other = 0
  readonly #bins = new Map<number | string, number>()

  constructor(name: string) {
    this.name = name
  }

  see(cell: number | Cell | undefined): void {
    this.rows++
    if (cell === undefined || cell === null || Number.isNaN(cell)) {
      this.missing++
      return
    }
    if (typeof cell === 'number') {
      if (cell < this.min) this.min = cell
      if (cell > this.max) this.max = cell
    }
    const bin = binOf(cell)
    const seen = this.#bins.get(bin)
    if (seen !== undefined || this.#bins.size < BINS_MAX) this.#bins.set(bin, (seen ?? 0) + 1)
    else this.other++
  }

  get profile(): ColumnProfile {
    const { name, rows, missing, other } = this
    const has_numbers = this.min <= this.max
    const bins = new Map(Array.from(this.#bins, ([bin, count]) => [String(bin), count]))
    return { name, rows, missing, other, bins, min: has_numbers ? this.min : undefined, max: has_numbers ? this.max : undefined }
  }
}

/** Counts the columns of frames. */
export class Profiler {
  readonly #columns: ColumnTally[] = []
  rows = 0

  /** Counts so many rows of a frame, all unless said. */
  see({ rows, columns, data }: Frame, rows_max = rows): void {
    const count = Math.min(rows, rows_max)
    this.rows += count
    for (let at = 0; at < data.length; at++) {
      let column = this.#columns[at]
      if (column === undefined) {
        column = new ColumnTally(columns?.[at] ?? String(at))
        this.#columns[at] = column
      }
      const cells = data[at] as Column
      for (let row = 0; row < count; row++) column.see(cells[row])
    }
  }

  get profiles(): readonly ColumnProfile[] {
    return this.#columns.map(({ profile }) => profile)
  }
}

/** A profile as the text of a file. */
export const writeProfile = (columns: readonly ColumnProfile[]): string =>
  `${JSON.stringify({ format: 1, columns: columns.map((one) => ({ ...one, bins: Object.fromEntries(one.bins) })) }, null, 1)}\n`

/** Reads a profile. @throws Error that says what is wrong with it */
export function readProfile(text: string, what = 'The profile'): readonly ColumnProfile[] {
  const problem = (says: string): Error => new Error(`${what} ${says}: make it with millrace models predict --profile.`)
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw problem('is no JSON')
  }
  const { format, columns } = (read ?? {}) as { format?: unknown; columns?: unknown }
  if (format !== 1 || !Array.isArray(columns)) throw problem('is none of the first format')
  return columns.map((column) => {
    const { name, rows, missing, min, max, bins, other } = (column ?? {}) as Record<string, unknown>
    if (typeof name !== 'string' || !isCount(rows) || !isCount(missing) || !isCount(other) || typeof bins !== 'object' || bins === null) {
      throw problem('has a column that is not whole')
    }
    const counts = new Map(Object.entries(bins).filter((entry): entry is [string, number] => isCount(entry[1])))
    return { name, rows, missing, other, bins: counts, min: numberOr(min), max: numberOr(max) }
  })
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const numberOr = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
