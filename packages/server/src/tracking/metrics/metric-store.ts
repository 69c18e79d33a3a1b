import { bulk, type Writer } from '../../db/handles.ts'
import { internKeys } from '../entity-keys.ts'
import type { MetricPoint } from './metric.ts'

/** A point as it is stored: NaN is `nan` 1 and `value` 0, since not every database has one. */
type Row = readonly [run: number, key: number, ts: number, step: number, value: number, nan: number]

// A point that is there already, of the same time, step and value, is the same point.
const INSERT = bulk('insert into metric (run, key, ts, step, value, nan) values (?, ?, ?, ?, ?, ?) on conflict do nothing', 'iiiidi')
const UPSERT_LATEST = bulk(
  `insert into latest_metric (run, key, ts, step, value, nan) values (?, ?, ?, ?, ?, ?)
   on conflict (run, key) do update set ts = excluded.ts, step = excluded.step, value = excluded.value, nan = excluded.nan
   where (excluded.step, excluded.ts, -excluded.nan, excluded.value)
     > (latest_metric.step, latest_metric.ts, -latest_metric.nan, latest_metric.value)`,
  'iiiidi',
)

/** Which of two points of one metric is the latest: by step, then time, then value, where NaN is the lowest; as UPSERT_LATEST decides. */
function isLater([, , ts, step, value, nan]: Row, [, , otherTs, otherStep, otherValue, otherNan]: Row): boolean {
  if (step !== otherStep) return step > otherStep
  if (ts !== otherTs) return ts > otherTs
  return nan === otherNan ? value > otherValue : nan < otherNan
}

const inTableOrder = (a: Row, b: Row): number => a[1] - b[1] || a[2] - b[2] || a[3] - b[3] || a[4] - b[4] || a[5] - b[5]

/** Adds points to a run that takes writes, and keeps `latest_metric` in step. */
export async function insertMetrics(tx: Writer, run: number, points: readonly MetricPoint[]): Promise<void> {
  if (points.length === 0) return
  const names = new Set<string>()
  for (const point of points) names.add(point.key)
  const keys = await internKeys(tx, names)
  const latest = new Map<number, Row>()
  const rows = new Array<Row>(points.length)
  for (let at = 0; at < points.length; at++) {
    const { key: name, value, timestamp, step } = points[at] as MetricPoint
    const key = keys.get(name) as number
    const isNan = Number.isNaN(value)
    const row: Row = [run, key, timestamp, step, isNan ? 0 : value, isNan ? 1 : 0]
    rows[at] = row
    const known = latest.get(key)
    if (known === undefined || isLater(row, known)) latest.set(key, row)
  }
  // In one order everywhere, so that two writers of the same points wait for each other instead of deadlocking; and in the table's order,
  // in which rows are appended and not searched a place for.
  await tx.runMany(INSERT, rows.sort(inTableOrder))
  await tx.runMany(UPSERT_LATEST, [...latest.values()].sort(inTableOrder))
}
