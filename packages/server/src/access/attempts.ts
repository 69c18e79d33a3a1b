import { ApiError } from '../http/errors.ts'

const WINDOW_MS = 60_000
const LOCK_MAX_MS = 15 * 60_000
const FORGOTTEN_MS = 60 * 60_000
const KEYS_MAX = 10_000

type Seen = { count: number; since_ms: number; locked_until_ms: number; locks: number }

/** Counts attempts to sign in that were not found right, and locks out who makes too many: each time for longer. */
export class Attempts {
  readonly #seen = new Map<string, Seen>()
  readonly #most: number

  /** @param most how many may fail within a minute */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts an attempt before its outcome is known, so that many at once gain nothing. @throws ApiError REQUEST_LIMIT_EXCEEDED */
  begin(key: string, now_ms: number): void {
    const one = this.#of(key, now_ms)
    if (one.locked_until_ms <= now_ms) {
      if (now_ms - one.since_ms >= WINDOW_MS) Object.assign(one, { count: 0, since_ms: now_ms })
      if (one.count < this.#most) {
        one.count++
        return
      }
      one.locked_until_ms = now_ms + Math.min(WINDOW_MS * 2 ** one.locks++, LOCK_MAX_MS)
      one.count = 0
    }
    const wait_s = Math.max(1, Math.ceil((one.locked_until_ms - now_ms) / 1000))
    const message = `Too many attempts to sign in have failed: wait ${wait_s} seconds, and look at what is sent.`
    throw new ApiError('REQUEST_LIMIT_EXCEEDED', message, { headers: { 'retry-after': String(wait_s) } })
  }

  /** The attempt was right. */
  succeed(key: string): void {
    const one = this.#seen.get(key)
    if (one && one.count > 0) one.count--
  }

  #of(key: string, now_ms: number): Seen {
    const known = this.#seen.get(key)
    if (known && now_ms - Math.max(known.since_ms, known.locked_until_ms) < FORGOTTEN_MS) return known
    this.#seen.delete(key)
    if (this.#seen.size >= KEYS_MAX) this.#seen.delete(this.#seen.keys().next().value as string)
    const fresh = { count: 0, since_ms: now_ms, locked_until_ms: 0, locks: 0 }
    this.#seen.set(key, fresh)
    return fresh
  }
}
