import type { Reader } from '../../db/handles.ts'
import { pointsAtPlaces, pointsAtSteps, type Range, type StoredPoint, sizeOf, stepsOf } from './history-store.ts'

// Beyond this many points in all, steps are not looked at one by one.
const EXACT_MAX = 200_000
// Of one run, at most: many points may share a step, up to all of them where a client logs without steps.
const POINTS_MAX = 3_000

/**
 * Points of one metric of several runs, thinned for a chart, in the order of the ranges.
 *
 * MLflow has two rules. Its older one picks evenly among the steps of all runs, adds each run's first and last, and takes every point of
 * these steps: runs can then be compared step by step. It reads all steps and may answer any number of points. Its SQL store since 3.17
 * picks evenly among the points of each run. We follow the older while it costs little, and the newer beyond.
 * @param max how many steps, or points of a run
 */
export async function sample(db: Reader, ranges: readonly Range[], max: number): Promise<StoredPoint[][]> {
  const sizes: number[] = []
  for (const range of ranges) sizes.push(await sizeOf(db, range))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const out: StoredPoint[][] = []
  const steps = total <= EXACT_MAX ? await sampleSteps(db, ranges, max) : undefined
  for (const [at, range] of ranges.entries()) {
    if (sizes[at] === 0) out.push([])
    else if (steps) out.push(thinned(await pointsAtSteps(db, range.run, range.key, steps), max))
    else out.push(await pointsAtPlaces(db, range, evenPlaces(sizes[at] as number, max)))
  }
  return out
}

async function sampleSteps(db: Reader, ranges: readonly Range[], max: number): Promise<number[]> {
  const all = new Set<number>()
  const ends = new Set<number>()
  for (const range of ranges) {
    const steps = await stepsOf(db, range)
    if (steps.length === 0) continue
    ends.add(steps[0] as number).add(steps.at(-1) as number)
    for (const step of steps) all.add(step)
  }
  const sorted = [...all].sort((a, b) => a - b)
  if (sorted.length <= max) return sorted
  for (let n = 0; n < max; n++) ends.add(sorted[Math.floor((n * sorted.length) / max)] as number)
  return [...ends].sort((a, b) => a - b)
}

function thinned(points: StoredPoint[], max: number): StoredPoint[] {
  return points.length <= POINTS_MAX ? points : evenPlaces(points.length, max).map((place) => points[place] as StoredPoint)
}

/**
 * `max` places of `size`, evenly apart, as the first rows of SQL's ntile(max) are; the last place is always among them, and the first
 * unless only one is wanted.
 */
export function evenPlaces(size: number, max: number): number[] {
  if (size <= max) return Array.from({ length: size }, (_, at) => at)
  const small = Math.floor(size / max)
  const larger = size % max
  const places = Array.from({ length: max }, (_, bucket) => bucket * small + Math.min(bucket, larger))
  places[max - 1] = size - 1
  return places
}
