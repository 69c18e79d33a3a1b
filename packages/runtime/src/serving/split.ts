import type { Prediction, Soon } from '../backend.ts'
import type { Served } from './served.ts'
import { Tally } from './tally.ts'

/** How requests are divided at a step of a rollout. */
export type Division = {
  readonly rollout_id: string
  readonly step: number
  /** Of a hundred requests, how many the candidate answers. */
  readonly weight: number
  /** Of a hundred requests that the stable version answers, how many the candidate sees as copies. */
  readonly shadow_percent: number
}

/** Waiting copies are few: what can't be copied soon is not copied. */
const COPIES_MAX = 64
const COPY_MAX_BYTES = 256 * 1024
/** Predictions that differ by less are the same. */
const TOLERANCE = 1e-6

/** What is looked at of an answer. */
type Answered = { readonly status: number; readonly prediction?: Prediction }
type Copy = { readonly answer: () => Soon<Answered>; readonly stable: Prediction }

/** Two versions under one name during a rollout: who answers, and what both did since the step began. */
export class Split {
  readonly stable: Served
  readonly candidate: Served
  #division: Division
  #tallies = { stable: new Tally(), candidate: new Tally(), shadow: new Tally() }
  #compared = 0
  #differing = 0
  #dropped = 0
  readonly #copies: Copy[] = []
  #is_ended = false

  constructor(stable: Served, candidate: Served, division: Division) {
    this.stable = stable
    this.candidate = candidate
    this.#division = division
  }

  get division(): Division {
    return this.#division
  }

  /** Goes on to another step: counting begins anew. */
  divide(division: Division): void {
    if (division.step !== this.#division.step) {
      this.#tallies = { stable: new Tally(), candidate: new Tally(), shadow: new Tally() }
      this.#compared = this.#differing = 0
    }
    this.#division = division
  }

  /** All requests are the stable version's from now on; those that the candidate has begun it ends. */
  end(): void {
    this.#is_ended = true
    this.#copies.length = 0
  }

  /** Who answers a request: for the same key the same version, and the candidate goes on to answer a key as its weight rises. */
  choose(key: string | undefined): Served {
    const { weight, rollout_id } = this.#division
    if (this.#is_ended || weight === 0) return this.stable
    const at = key === undefined ? Math.random() * 100 : (hashOf(rollout_id + key) % 10_000) / 100
    return at < weight ? this.candidate : this.stable
  }

  /** A request was answered by one of the two, in this time. */
  count(model: Served, { status, prediction }: Answered, seconds: number): void {
    const tally = this.#tallies[model === this.candidate ? 'candidate' : 'stable']
    tally.count(status, seconds)
    if (prediction) tally.see(prediction)
  }

  /**
   * Lets the candidate see a request that the stable version has answered, after that answer is on its way. Nobody waits for it: it runs
   * between requests, one at a time, and is left out where they come too fast.
   */
  copy(bytes: number, { prediction: stable }: Answered, answer: () => Soon<Answered>): void {
    if (stable === undefined || Math.random() * 100 >= this.#division.shadow_percent) return
    if (this.#copies.length >= COPIES_MAX || bytes > COPY_MAX_BYTES) {
      this.#dropped++
      return
    }
    this.#copies.push({ answer, stable })
    if (this.#copies.length === 1) setImmediate(this.#next)
  }

  readonly #next = async (): Promise<void> => {
    const [copy] = this.#copies
    if (copy === undefined) return
    const began = performance.now()
    let found: Answered
    try {
      found = await copy.answer()
    } catch (error) {
      found = { status: (error as Error).name === 'RequestProblem' || (error as Error).name === 'InputProblem' ? 400 : 500 }
    }
    const { status, prediction } = found
    this.#tallies.shadow.count(status, (performance.now() - began) / 1000)
    if (prediction) this.#tallies.shadow.see(prediction)
    this.#compared++
    if (prediction === undefined || !isSame(copy.stable, prediction)) this.#differing++
    this.#copies.shift()
    if (this.#copies.length > 0) setImmediate(this.#next)
  }

  /** What a report has of this process. */
  get counts() {
    const { stable, candidate, shadow } = this.#tallies
    return {
      stable: stable.toWire(),
      candidate: candidate.toWire(),
      shadow: shadow.toWire(),
      compared: this.#compared,
      differing: this.#differing,
    }
  }

  /** Copies that there was no time for. */
  get dropped(): number {
    return this.#dropped
  }
}

/** FNV-1a: spreads short texts well, and is the same in every process. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  // The low bits of the last characters are stirred into the high ones.
  hash ^= hash >>> 16
  return Math.imul(hash, 0x85ebca6b) >>> 0
}

function isSame(a: Prediction, b: Prediction): boolean {
  if (a.columns !== b.columns || a.values.length !== b.values.length) return false
  for (let at = 0; at < a.values.length; at++) {
    const [x, y] = [a.values[at], b.values[at]]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    if (typeof x !== 'number' || typeof y !== 'number') return false
    if (!(Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y)))) return false
  }
  return true
}
