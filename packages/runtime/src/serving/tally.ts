import type { Label, Prediction } from '../backend.ts'

/** As the server sums them up: the first bucket ends at 0.05 ms, each further one √2 times as late. */
const BUCKETS = 36
const FIRST_MS = 0.05
const BINS_MAX = 400
/** Of a request of many rows, so many predictions tell where they lie. */
const SAMPLED_ROWS = 16

/** What one version did since a step began. */
export class Tally {
  requests = 0
  errors = 0
  refused = 0
  readonly #latency = new Array<number>(BUCKETS).fill(0)
  readonly #outputs = new Map<number | string, number>()

  /** A request was answered. */
  count(status: number, seconds: number): void {
    this.requests++
    if (status >= 500) this.errors++
    else if (status >= 400) this.refused++
    const bucket = Math.ceil(2 * Math.log2((seconds * 1000) / FIRST_MS))
    const at = bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0
    this.#latency[at] = (this.#latency[at] as number) + 1
  }

  /** Something was predicted. */
  see({ values, columns }: Prediction): void {
    const rows = values.length / columns
    const stride = Math.max(1, Math.ceil(rows / SAMPLED_ROWS))
    for (let row = 0; row < rows; row += stride) {
      const bin = binOf(columns < 3 ? (values[row * columns + columns - 1] as number | Label) : largest(values, row * columns, columns))
      const seen = this.#outputs.get(bin)
      if (seen !== undefined || this.#outputs.size < BINS_MAX) this.#outputs.set(bin, (seen ?? 0) + 1)
    }
  }

  /** As a report has it. */
  toWire() {
    const { requests, errors, refused } = this
    const outputs = Array.from(this.#outputs, ([bin, count]) => ({ bin: String(bin), count }))
    return { requests, errors, refused, latency: [...this.#latency], outputs }
  }
}

/** Of the probabilities of several classes: which is the likeliest. */
function largest(values: Prediction['values'], from: number, columns: number): string {
  let best = 0
  for (let at = 1; at < columns; at++) if ((values[from + at] as number) > (values[from + best] as number)) best = at
  return `class ${best}`
}

const PER_BIN = Math.log(1.15)
/** Numbers nearer to zero than 10^-30 are zero here. */
const ZERO = 600

/**
 * Where a value lies: numbers in bins that are 15 % wide and in their order, which all processes cut alike; labels as they are. All bins
 * are numbers or begin with '='.
 */
export function binOf(value: number | Label | null): number | string {
  if (typeof value !== 'number') return `=${String(value).slice(0, 50)}`
  if (Number.isNaN(value)) return '=NaN'
  const size = Math.abs(value)
  if (size < 1e-30) return 0
  const bin = ZERO + Math.max(1 - ZERO, Math.min(ZERO, Math.round(Math.log(size) / PER_BIN)))
  return value < 0 ? -bin : bin
}
