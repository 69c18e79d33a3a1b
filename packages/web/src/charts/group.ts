import type { Line } from './LineChart.tsx'

/** A line that belongs to a group: the runs whose param or tag has one value. */
export type Member = Line & { readonly group: string }

const POINTS = 200

/** The value of a line between its points; undefined before its first and after its last. */
function valueAt(
  xs: readonly number[],
  ys: readonly (number | null)[],
  x: number,
  from: number,
): { value: number | undefined; at: number } {
  let at = from
  while (at + 1 < xs.length && (xs[at + 1] as number) <= x) at++
  const [x0, x1, y0, y1] = [xs[at], xs[at + 1], ys[at], ys[at + 1]]
  if (x0 === undefined || x < x0 || y0 === null || y0 === undefined) return { value: undefined, at }
  if (x === x0) return { value: y0, at }
  if (x1 === undefined || x > x1 || y1 === null || y1 === undefined) return { value: undefined, at }
  return { value: y0 + ((y1 - y0) * (x - x0)) / (x1 - x0), at }
}

/**
 * A line for each group: the mean of its members, and a band of one standard deviation on each side. Where members have points at
 * different places, they are read between their points; where a member has ended, the others go on without it.
 */
export function grouped(members: readonly Member[], colorOf: (place: number) => string): Line[] {
  const groups = new Map<string, Member[]>()
  for (const member of members) {
    const known = groups.get(member.group)
    if (known) known.push(member)
    else groups.set(member.group, [member])
  }
  return [...groups].map(([name, lines], place) => {
    const all = [...new Set(lines.flatMap(({ x }) => x))].sort((a, b) => a - b)
    const every = Math.max(1, all.length / POINTS)
    const places = all.filter((_, at) => at === all.length - 1 || Math.floor(at / every) !== Math.floor((at - 1) / every))
    const at = lines.map(() => 0)
    const out = { x: [] as number[], y: [] as number[], low: [] as number[], high: [] as number[] }
    for (const x of places) {
      const values = lines.flatMap((line, index) => {
        const found = valueAt(line.x, line.y, x, at[index] as number)
        at[index] = found.at
        return found.value === undefined ? [] : [found.value]
      })
      if (values.length === 0) continue
      const { mean, deviation } = spread(values)
      out.x.push(x)
      out.y.push(mean)
      out.low.push(mean - deviation)
      out.high.push(mean + deviation)
    }
    return { name: `${name} (${lines.length})`, color: colorOf(place), ...out }
  })
}

/** The mean, and the standard deviation of a sample (n - 1); 0 of one value. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}
