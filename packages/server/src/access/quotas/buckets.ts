const KEYS_MAX = 50_000
/** How many seconds' worth of requests may come at once: a page that loads asks for many things in one moment. */
const BURST_S = 5

/** Requests by key, so many a second in the long run. */
export class Bucket {
  readonly #levels = new Map<string, { tokens: number; at_ms: number }>()

  /** Takes one; gives 0, or how long to wait where there is none. */
  take(key: string, per_second: number, now_ms: number): number {
    const most = Math.max(1, per_second * BURST_S)
    let level = this.#levels.get(key)
    if (!level) {
      if (this.#levels.size >= KEYS_MAX) this.#levels.delete(this.#levels.keys().next().value as string)
      level = { tokens: most, at_ms: now_ms }
      this.#levels.set(key, level)
    }
    // A clock that is set back gives nothing and takes nothing.
    const passed_s = Math.max(0, now_ms - level.at_ms) / 1000
    level.tokens = Math.min(most, level.tokens + passed_s * per_second)
    level.at_ms = now_ms
    if (level.tokens < 1) return Math.ceil(((1 - level.tokens) / per_second) * 1000)
    level.tokens--
    return 0
  }
}

/** Places by key: so many at a time. */
export class Slots {
  readonly #taken = new Map<string, number>()

  enter(key: string, most: number): boolean {
    const taken = this.#taken.get(key) ?? 0
    if (taken >= most) return false
    this.#taken.set(key, taken + 1)
    return true
  }

  leave(key: string): void {
    const left = (this.#taken.get(key) ?? 1) - 1
    if (left > 0) this.#taken.set(key, left)
    else this.#taken.delete(key)
  }
}
