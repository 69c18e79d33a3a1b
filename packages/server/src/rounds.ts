import { type Clock, systemClock } from './clock.ts'

/** When to look again: at once, at a time, or not before somebody wakes it. */
export type Next = 'again' | { readonly at_ms: number } | undefined

const AFTER_FAILURE_MS = 5_000

/**
 * Work that is looked for in rounds, one at a time: it is woken by whoever knows that there is some, and by a timer when some is due.
 * Whoever wakes it during a round gets one more.
 */
export class Rounds {
  readonly #look: () => Promise<Next>
  readonly #onFailure: (error: unknown) => void
  readonly #clock: Clock
  #callOff: () => void = () => {}
  #round: Promise<void> | undefined
  #woken = false
  #stopping = false

  /**
   * @param look does or begins what is due, and says when to look again
   * @param onFailure told when that failed; it is tried again in a moment
   */
  constructor(look: () => Promise<Next>, onFailure: (error: unknown) => void, clock: Clock = systemClock) {
    this.#look = look
    this.#onFailure = onFailure
    this.#clock = clock
  }

  /** No round is going on. */
  get idle(): boolean {
    return this.#round === undefined
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** There is something to look for. */
  wake(): void {
    this.#woken = true
    if (this.#stopping || this.#round) return
    this.#round = this.#rounds().finally(() => {
      this.#round = undefined
      if (this.#woken) this.wake()
    })
  }

  /** Begins no more rounds, and waits for the one that is going on. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#callOff()
    await this.#round
    this.#callOff()
  }

  async #rounds(): Promise<void> {
    while (this.#woken && !this.#stopping) {
      this.#woken = false
      try {
        const next = await this.#look()
        if (next === 'again') this.#woken = true
        else if (next) this.#sleepUntil(next.at_ms)
      } catch (error) {
        this.#onFailure(error)
        this.#sleepUntil(this.#clock.now() + AFTER_FAILURE_MS)
      }
    }
  }

  #sleepUntil(at_ms: number): void {
    this.#callOff()
    this.#callOff = this.#clock.after(at_ms - this.#clock.now(), () => this.wake())
  }
}
