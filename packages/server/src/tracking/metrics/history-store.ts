import { query, type Reader } from '../../db/handles.ts'
import type { Metric, MetricWithRunId } from './metric.ts'

/** A point as it is stored: NaN is `nan` 1 and `value` 0. */
export type StoredPoint = [ts: number, step: number, value: number, nan: number]

const FIRST = query<StoredPoint>('select ts, step, value, nan from metric where run = ? and key = ? order by ts, step, value, nan limit ?')
const AFTER = query<StoredPoint>(
  `select ts, step, value, nan from metric where run = ? and key = ? and (ts, step, value, nan) > (?, ?, ?, ?)
   order by ts, step, value, nan limit ?`,
)

/** Points of one metric of a run, by time, then step, then value: at most `limit`, from the start or after a point. */
export function pointsOf(
  db: Reader,
  run: number,
  key: number,
  limit: number,
  after?: Readonly<StoredPoint>,
): Promise<StoredPoint[]> | StoredPoint[] {
  return after ? db.tuples(AFTER, run, key, ...after, limit) : db.tuples(FIRST, run, key, limit)
}

const SIZE = query<{ points: number }>('select count(*) points from metric where run = ? and key = ? and step between ? and ?')
const STEPS = query<[step: number]>('select distinct step from metric where run = ? and key = ? and step between ? and ? order by step')
const AT_STEPS = query<StoredPoint>(
  (dialect) => `select ts, step, value, nan from metric where run = ? and key = ? and ${dialect.inIntegers('step')}
    order by step, ts, value, nan`,
)
const AT_PLACES = query<StoredPoint>(
  (dialect) => `select ts, step, value, nan from (
      select ts, step, value, nan, row_number() over (order by step, ts, value, nan) - 1 place
      from metric where run = ? and key = ? and step between ? and ?
    ) placed where ${dialect.inIntegers('place')} order by place`,
)

/** A range of steps of one metric of a run, both ends included. */
export type Range = { run: number; key: number; start: number; end: number }

/** How many points a range has. */
export async function sizeOf(db: Reader, { run, key, start, end }: Range): Promise<number> {
  return (await db.get(SIZE, run, key, start, end))?.points ?? 0
}

/** The steps of a range, in order, each once. */
export async function stepsOf(db: Reader, { run, key, start, end }: Range): Promise<number[]> {
  return (await db.tuples(STEPS, run, key, start, end)).map(([step]) => step)
}

/** The points at some steps, by step, then time, then value. */
export function pointsAtSteps(db: Reader, run: number, key: number, steps: readonly number[]): Promise<StoredPoint[]> | StoredPoint[] {
  return db.tuples(AT_STEPS, run, key, db.dialect.list(steps))
}

/** The points at some places, counted from 0 by step, then time, then value. */
export function pointsAtPlaces(
  db: Reader,
  { run, key, start, end }: Range,
  places: readonly number[],
): Promise<StoredPoint[]> | StoredPoint[] {
  return db.tuples(AT_PLACES, run, key, start, end, db.dialect.list(places))
}

/** Stored points as the wire has them. */
export function toMetrics(key: string, points: readonly StoredPoint[]): Metric[] {
  return points.map(([timestamp, step, value, nan]) => ({ key, value: nan === 1 ? Number.NaN : value, timestamp, step }))
}

/** Stored points of a run as the wire has them where one answer holds several runs. */
export function toMetricsOf(run_id: string, key: string, points: readonly StoredPoint[]): MetricWithRunId[] {
  return points.map(([timestamp, step, value, nan]) => ({ key, value: nan === 1 ? Number.NaN : value, timestamp, step, run_id }))
}
