import { RequestProblem } from '../protocols/request-problem.ts'

const FIRST_MS = 1_000
const MOST_MS = 60_000

/** After its process died a model rests, longer each time: who makes it die again and again shall not keep the machine busy. */
export class Rest {
  #deaths = 0
  #until_ms = 0

  begin(): void {
    this.#until_ms = Date.now() + Math.min(FIRST_MS * 2 ** this.#deaths++, MOST_MS)
  }

  /** @throws RequestProblem while it lasts */
  check(): void {
    if (Date.now() >= this.#until_ms) return
    throw new RequestProblem('The process of this model ended; it is started again soon.', 503, 'TEMPORARILY_UNAVAILABLE')
  }
}

/** Too many wait for a model already. @throws RequestProblem */
export function checkWaiting(waiting: number, most: number): void {
  if (waiting >= most) throw new RequestProblem('Too many requests wait for this model.', 503, 'TEMPORARILY_UNAVAILABLE')
}

/** What those are told whose request took longer than it may. */
export const tooLong = (limit_ms: number): RequestProblem =>
  new RequestProblem(`The model did not answer within ${limit_ms / 1000} seconds.`, 504, 'DEADLINE_EXCEEDED')
