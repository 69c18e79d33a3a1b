/** What the courier knows of time: tests let hours pass in a moment. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `work` after so long; gives what calls it off. */
  after(ms: number, work: () => void): () => void
}

const TIMER_MAX_MS = 2 ** 31 - 1

/** The time of this machine. Waiting keeps no process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, Math.min(TIMER_MAX_MS, Math.max(1, ms)))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
