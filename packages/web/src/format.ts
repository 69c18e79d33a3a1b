const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** "3 minutes ago". @param at milliseconds since 1970 */
export function ago(at: number, now = Date.now()): string {
  for (const [unit, ms] of UNITS) if (Math.abs(now - at) >= ms) return relative.format(-Math.floor((now - at) / ms), unit)
  return 'just now'
}

/** The moment in full, in the reader's time zone, for a tooltip. */
export const moment = (at: number): string => new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** "1 h 04 min", "12.3 s", "85 ms". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} days`
}

/** A metric's value: short, and never so short that two different values look the same at a glance. */
export function metric(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  const size = Math.abs(value)
  return size >= 1e-4 && size < 1e7 ? String(Number(value.toPrecision(6))) : value.toExponential(3)
}

/** "3.4 MiB". */
export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let size = count / 1_024
  let at = 0
  for (; size >= 1_024 && at < units.length - 1; at++) size /= 1_024
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[at]}`
}

/** "1 run", "12,345 runs". */
export const count = (number: number, noun: string): string => `${number.toLocaleString('en-GB')} ${noun}${number === 1 ? '' : 's'}`

/** How much of a list is shown: "100 of 2,000 users are shown.", "The first 200 models are shown.", "All 312 models are shown." */
export function shownWords({ shown, noun, total, hasMore }: { shown: number; noun: string; total?: number; hasMore: boolean }): string {
  const verb = shown === 1 ? 'is' : 'are'
  if (!hasMore) return `All ${count(shown, noun)} are shown.`
  if (total !== undefined && total > shown) return `${shown.toLocaleString('en-GB')} of ${count(total, noun)} ${verb} shown.`
  return `The first ${count(shown, noun)} ${verb} shown.`
}
