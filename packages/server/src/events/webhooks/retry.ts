import type { Sent } from '../../egress/index.ts'

const FIRST_MS = 1_000
const LONGEST_MS = 3_600_000
/** With pauses that double up to an hour, the last attempt is about half a day after the first. */
export const ATTEMPTS_MAX = 24

/** Whether a receiver that answered so may take it later. */
export const mayTakeLater = ({ status }: Sent): boolean => status >= 500 || [408, 425, 429].includes(status)

/**
 * How long to wait after so many attempts: doubling, up to an hour, with a third of it by chance, so that those who failed together don't
 * come back together. A receiver that says `Retry-After` is not asked sooner.
 */
export function pauseAfter(attempts: number, retry_after: string | undefined, now_ms: number, chance = Math.random()): number {
  const pause_ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1)) * (1 - chance / 3)
  return Math.round(Math.max(pause_ms, Math.min(LONGEST_MS, askedFor(retry_after, now_ms))))
}

function askedFor(retry_after: string | undefined, now_ms: number): number {
  if (retry_after === undefined) return 0
  const seconds = /^\d{1,9}$/.test(retry_after) ? Number(retry_after) * 1000 : Date.parse(retry_after) - now_ms
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}
