import { array, int64, object, optional, type Static, string } from '../../http/schema.ts'

/** How many buckets of time there are: the first ends at 0.05 ms, each further one √2 times as late, the last never. */
export const BUCKETS = 36
const FIRST_MS = 0.05
const BINS_MAX = 400

const count = int64({ min: 0, max: 2 ** 40 })

/** What one version did, as a process that serves has counted it since the step began. */
export const Side = object({
  requests: count,
  errors: { ...count, json: { ...count.json, description: 'Answers that are the model’s or the server’s fault (5xx)' } },
  refused: { ...count, json: { ...count.json, description: 'Requests that did not fit the model’s signature (4xx)' } },
  latency: array(count, { max: BUCKETS, description: 'Requests by how long they took' }),
  outputs: array(object({ bin: string({ max: 60 }), count }), { max: BINS_MAX, description: 'Predictions by the bin that they lie in' }),
})
export type Side = Static<typeof Side>

/** What a process has counted in a step. */
export const Counts = object({
  stable: Side,
  candidate: Side,
  shadow: optional(Side),
  compared: optional(count),
  differing: optional(count),
})
export type Counts = Static<typeof Counts>

/** What all processes have counted. */
export type Tally = {
  requests: number
  errors: number
  refused: number
  readonly latency: number[]
  readonly outputs: Map<string, number>
}

export const newTally = (): Tally => ({
  requests: 0,
  errors: 0,
  refused: 0,
  latency: new Array<number>(BUCKETS).fill(0),
  outputs: new Map(),
})

/** Adds what a process counted. */
export function add(tally: Tally, side: Side | undefined): void {
  if (!side) return
  tally.requests += side.requests
  tally.errors += side.errors
  tally.refused += side.refused
  side.latency.forEach((n, at) => {
    tally.latency[at] = (tally.latency[at] ?? 0) + n
  })
  for (const { bin, count: n } of side.outputs) tally.outputs.set(bin, (tally.outputs.get(bin) ?? 0) + n)
}

/** Within which time a part of the requests was answered, in milliseconds; undefined where there were none. */
export function quantile({ latency }: Tally, part: number): number | undefined {
  const all = latency.reduce((sum, n) => sum + n, 0)
  if (all === 0) return undefined
  let seen = 0
  const at = latency.findIndex((n) => {
    seen += n
    return seen >= all * part
  })
  return FIRST_MS * 2 ** (at / 2)
}
