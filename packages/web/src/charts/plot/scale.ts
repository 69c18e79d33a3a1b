/** From values to pixels and back, with round values to write beside the axis. */
export type Scale = {
  readonly of: (value: number) => number
  readonly back: (pixel: number) => number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

const STEPS = [1, 2, 5, 10]

/** The largest round step that makes at least `wanted` pieces of a width. */
function roundStep(width: number, wanted: number): number {
  const size = 10 ** Math.floor(Math.log10(width / wanted))
  return size * (STEPS.findLast((step) => width / (size * step) >= wanted) ?? 1)
}

/** A number beside an axis: 1.2M, 0.05, 3e-7. */
export function tickLabel(value: number, step = 0): string {
  const size = Math.abs(value)
  if (size >= 1e4 && size < 1e15) return Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 }).format(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
  const digits = step > 0 ? Math.max(0, Math.min(6, -Math.floor(Math.log10(step)))) : 3
  return String(Number(value.toFixed(digits)))
}

/** @param range the pixels of the lowest and the highest value */
export function linearScale([low, high]: readonly [number, number], range: readonly [number, number], wanted = 4): Scale {
  const [from, to] = high > low ? [low, high] : [low - (Math.abs(low) || 1) / 2, low + (Math.abs(low) || 1) / 2]
  const ratio = (range[1] - range[0]) / (to - from)
  const step = roundStep(to - from, wanted)
  const ticks: { value: number; label: string }[] = []
  for (let n = Math.ceil(from / step); n * step <= to + step * 1e-9; n++) ticks.push({ value: n * step, label: tickLabel(n * step, step) })
  return { of: (value) => range[0] + (value - from) * ratio, back: (pixel) => from + (pixel - range[0]) / ratio, ticks }
}

/** A scale of powers of ten; both ends are above 0. */
export function logScale([low, high]: readonly [number, number], range: readonly [number, number]): Scale {
  const inner = linearScale([Math.log10(low), Math.log10(high > low ? high : low * 10)], range)
  const powers: { value: number; label: string }[] = []
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * (1 + 1e-9); power++) {
    powers.push({ value: 10 ** power, label: tickLabel(10 ** power) })
  }
  const few = inner.ticks.map(({ value }) => ({ value: 10 ** value, label: tickLabel(Number((10 ** value).toPrecision(2))) }))
  const every = Math.ceil(powers.length / 6)
  return {
    of: (value) => inner.of(Math.log10(value)),
    back: (pixel) => 10 ** inner.back(pixel),
    ticks: powers.length >= 2 ? powers.filter((_, at) => at % every === 0) : few,
  }
}

const SECOND = 1_000
const TIMES = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000].map((s) => s * SECOND)

/** A scale of moments, in milliseconds since 1970, written in the reader's time. */
export function timeScale(domain: readonly [number, number], range: readonly [number, number], wanted = 4): Scale {
  const inner = linearScale(domain, range, wanted)
  const width = domain[1] - domain[0]
  const step = TIMES.findLast((one) => width / one >= wanted - 1) ?? Math.max(1, Math.round(width / wanted))
  const ticks: { value: number; label: string }[] = []
  for (let at = Math.ceil(domain[0] / step) * step; at <= domain[1] && ticks.length < 12; at += step) {
    const moment = new Date(at)
    const label =
      step >= 86_400 * SECOND
        ? moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
        : moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(step < 60 * SECOND && { second: '2-digit' }) })
    ticks.push({ value: at, label })
  }
  return { ...inner, ticks }
}

/** The lowest and the highest of some numbers; undefined where there is none. */
export function extentOf(lists: Iterable<readonly (number | null)[]>): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const list of lists)
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  return low <= high ? [low, high] : undefined
}
