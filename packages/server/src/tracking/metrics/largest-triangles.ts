/**
 * Thins a line to `size` points that keep its shape: the first, the last, and of each bucket between them the point that makes the largest
 * triangle with the one kept before and the mean of the next bucket (Sveinn Steinarsson, "Downsampling Time Series for Visual
 * Representation", 2013). Points whose value is no finite number make no triangle: one of a bucket is kept if it has nothing else, so that
 * a gap stays a gap.
 * @param points sorted by `xOf`
 */
export function largestTriangles<T>(points: readonly T[], size: number, xOf: (point: T) => number, yOf: (point: T) => number): T[] {
  if (points.length <= size || size < 3) return [...points]
  const kept: T[] = [points[0] as T]
  const width = (points.length - 2) / (size - 2)
  let last = points[0] as T
  for (let bucket = 0; bucket < size - 2; bucket++) {
    const from = Math.floor(bucket * width) + 1
    const to = Math.floor((bucket + 1) * width) + 1
    const next = meanOf(points, to, Math.min(Math.floor((bucket + 2) * width) + 1, points.length), xOf, yOf)
    last = largest(points, from, to, last, next, xOf, yOf)
    kept.push(last)
  }
  kept.push(points.at(-1) as T)
  return kept
}

type Place = { readonly x: number; readonly y: number }

function meanOf<T>(points: readonly T[], from: number, to: number, xOf: (point: T) => number, yOf: (point: T) => number): Place {
  let x = 0
  let y = 0
  let count = 0
  for (let at = from; at < to; at++) {
    const value = yOf(points[at] as T)
    if (!Number.isFinite(value)) continue
    x += xOf(points[at] as T)
    y += value
    count++
  }
  return count === 0 ? { x: xOf(points[from] as T), y: 0 } : { x: x / count, y: y / count }
}

function largest<T>(
  points: readonly T[],
  from: number,
  to: number,
  before: T,
  after: Place,
  xOf: (point: T) => number,
  yOf: (point: T) => number,
): T {
  const x = xOf(before)
  const y = Number.isFinite(yOf(before)) ? yOf(before) : after.y
  let best = points[from] as T
  let area = -1
  for (let at = from; at < to; at++) {
    const point = points[at] as T
    const value = yOf(point)
    if (!Number.isFinite(value)) continue
    const size = Math.abs((x - after.x) * (value - y) - (x - xOf(point)) * (after.y - y))
    if (size > area) {
      area = size
      best = point
    }
  }
  return best
}
