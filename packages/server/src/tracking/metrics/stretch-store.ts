import { query, type Reader } from '../../db/handles.ts'
import type { Range, StoredPoint } from './history-store.ts'

/** A range of steps or of times of one metric of a run, both ends included. */
export type Stretch = Range & { x: 'step' | 'time' }

const BY_STEP = query<StoredPoint>(
  'select ts, step, value, nan from metric where run = ? and key = ? and step between ? and ? order by step, ts, value, nan',
)
const BY_TIME = query<StoredPoint>(
  'select ts, step, value, nan from metric where run = ? and key = ? and ts between ? and ? order by ts, step, value, nan',
)

/** All points of a stretch, in its order. */
export function stretchOf(db: Reader, { run, key, x, start, end }: Stretch): Promise<StoredPoint[]> | StoredPoint[] {
  return db.tuples(x === 'step' ? BY_STEP : BY_TIME, run, key, start, end)
}

const longer = (x: string) =>
  query<[one: number]>(`select 1 from metric where run = ? and key = ? and ${x} between ? and ? limit 1 offset ?`)
const LONGER = { step: longer('step'), time: longer('ts') }

/** Whether a stretch has more than `points`. */
export async function isLonger(db: Reader, { run, key, x, start, end }: Stretch, points: number): Promise<boolean> {
  return (await db.tuples(LONGER[x], run, key, start, end, points)).length > 0
}

const measured = (x: string) =>
  query<{ points: number; low: number | null; high: number | null }>(
    `select count(*) points, min(value) low, max(value) high from metric where run = ? and key = ? and ${x} between ? and ?`,
  )
const MEASURED = { step: measured('step'), time: measured('ts') }

/** How many points a stretch has, and between which values; a NaN counts as 0. */
export async function measure(db: Reader, { run, key, x, start, end }: Stretch): Promise<{ points: number; low: number; high: number }> {
  const { points = 0, low, high } = (await db.get(MEASURED[x], run, key, start, end)) ?? {}
  return { points, low: low ?? 0, high: high ?? 0 }
}

// Every n-th step would be all of a line that is logged at every n-th step, or none of it: what is taken follows from a hash of step and
// time. The remainders come first, because a product of two large integers may be an error.
const sampled = (x: string, order: string) =>
  query<StoredPoint>(
    `select ts, step, value, nan from metric where run = ? and key = ? and ${x} between ? and ?
     and ((step % 1000003 + ts % 1000003) * 7919 % 1000003 % ? = 0 or value = ? or value = ?) order by ${order}`,
  )
const SAMPLED = { step: sampled('step', 'step, ts, value, nan'), time: sampled('ts', 'ts, step, value, nan') }

/** About one of `n` points of a stretch, and those with its lowest and its highest value: a spike of one point stays. */
export function sampleOf(
  db: Reader,
  { run, key, x, start, end }: Stretch,
  n: number,
  { low, high }: { low: number; high: number },
): Promise<StoredPoint[]> | StoredPoint[] {
  return db.tuples(SAMPLED[x], run, key, start, end, n, low, high)
}

type Extreme = [value: number | null, ts: number, step: number, nan: number]
type Counted = [...Extreme, points: number]

/** The questions about a span of times; of one that is bounded by steps too, each row's step is looked at, which takes a third longer. */
function questions(within: string) {
  const first = `select ts ${within} order by ts limit 1`
  const last = `select ts ${within} order by ts desc limit 1`
  // The columns beside a lone min() are those of its row (`bare_columns`).
  const extreme = (which: 'min' | 'max', of: string) => `select ${which}(${of}), ts, step, nan`
  // A NaN is stored as 0 and is no extreme: to look at that takes longer, and only spans where 0 is one need it.
  const number = 'case nan when 0 then value end'
  return {
    span: query<[from: number | null, to: number | null]>(`select (${first}), (${last})`),
    first: query<StoredPoint>(`select ts, step, value, nan ${within} order by ts, step limit 1`),
    last: query<StoredPoint>(`select ts, step, value, nan ${within} order by ts desc, step desc limit 1`),
    lowest: query<Counted>(`${extreme('min', 'value')}, count(*) ${within}`),
    highest: query<Extreme>(`${extreme('max', 'value')} ${within}`),
    lowestNumber: query<Extreme>(`${extreme('min', number)} ${within}`),
    highestNumber: query<Extreme>(`${extreme('max', number)} ${within}`),
  }
}

const BY_TIMES = questions('from metric where run = ? and key = ? and ts between ? and ?')
const BY_BOTH = questions('from metric where run = ? and key = ? and ts between ? and ? and step between ? and ?')
const EVER = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const

// So many times more than the mean is in one piece: the times say nothing about where the points are.
const UNEVEN = 20

/**
 * The lowest and the highest point of each of `pieces` equal spans of time, with the first and the last of all, in the order of the
 * stretch: the outline of the whole line, of which nothing is left out (the first half of MinMaxLTTB; Van Der Donckt and others, 2023). The
 * database looks at the points without handing them over, which takes a third of the time of reading them.
 * @returns undefined where points are too unevenly spread over time for that, or the database can't say which row is the lowest
 */
export async function outlineOf(
  db: Reader,
  { run, key, x, start, end }: Stretch,
  pieces: number,
): Promise<{ points: StoredPoint[]; total: number } | undefined> {
  if (!db.dialect.bare_columns) return undefined
  const isOfAll = start === EVER[0] && end === EVER[1]
  const steps = x === 'step' && !isOfAll ? [start, end] : []
  const asked = steps.length > 0 ? BY_BOTH : BY_TIMES
  const around = [run, key, ...(x === 'time' ? [start, end] : EVER), ...steps]
  const [from, to] = (await db.tuples(asked.span, ...around, ...around))[0] ?? [null, null]
  if (from === null || to === null || to - from < pieces) return undefined
  const found: StoredPoint[] = [...(await db.tuples(asked.first, ...around)), ...(await db.tuples(asked.last, ...around))]
  const width = (to - from + 1) / pieces
  let total = 0
  let most = 0
  for (let piece = 0; piece < pieces; piece++) {
    const span = [from + Math.ceil(piece * width), from + Math.ceil((piece + 1) * width) - 1]
    const [lowest] = await db.tuples(asked.lowest, run, key, ...span, ...steps)
    if (!lowest || lowest[4] === 0) continue
    const [highest] = lowest[4] === 1 ? [] : await db.tuples(asked.highest, run, key, ...span, ...steps)
    const [low] = lowest[3] === 1 ? await db.tuples(asked.lowestNumber, run, key, ...span, ...steps) : [lowest]
    const [high] = highest?.[3] === 1 ? await db.tuples(asked.highestNumber, run, key, ...span, ...steps) : [highest]
    for (const one of [low, high]) if (one) found.push([one[1], one[2], one[0] ?? 0, one[0] === null ? 1 : 0])
    total += lowest[4]
    most = Math.max(most, lowest[4])
  }
  if (most > (total / pieces) * UNEVEN) return undefined
  const at = x === 'step' ? 1 : 0
  const sorted = found.sort((a, b) => a[at] - b[at] || a[0] - b[0] || a[2] - b[2])
  return { points: sorted.filter((point, place) => String(point) !== String(sorted[place - 1])), total }
}
