import { query, type Reader } from '../../db/handles.ts'
import { findKeys, keyNames } from '../entity-keys.ts'

const METRICS = query<[run: number, key: number, value: number, nan: number]>(
  (dialect) => `select run, key, value, nan from latest_metric where ${dialect.inIntegers('run')} and ${dialect.inIntegers('key')}`,
)
const texts = (table: string) =>
  query<[run: number, key: number, value: string]>(
    (dialect) => `select run, key, value from ${table} where ${dialect.inIntegers('run')} and ${dialect.inIntegers('key')}`,
  )
const TEXTS = { param: texts('param'), tag: texts('tag') }

/** A row of values for each run, in the order of the columns; null where the run has none. */
function grid<T>(runs: readonly number[], columns: readonly string[]): { rows: (T | null)[][]; rowOf: Map<number, (T | null)[]> } {
  const rows = runs.map(() => new Array<T | null>(columns.length).fill(null))
  return { rows, rowOf: new Map(runs.map((run, at) => [run, rows[at] as (T | null)[]])) }
}

async function placesOf(db: Reader, columns: readonly string[]): Promise<Map<number, number[]>> {
  const keys = await findKeys(db, columns)
  const places = new Map<number, number[]>()
  columns.forEach((name, at) => {
    const key = keys.get(name)
    if (key !== undefined) places.set(key, [...(places.get(key) ?? []), at])
  })
  return places
}

/** The latest values of some metrics of some runs. */
export async function latestValues(db: Reader, runs: readonly number[], columns: readonly string[]): Promise<(number | null)[][]> {
  const { rows, rowOf } = grid<number>(runs, columns)
  const places = await placesOf(db, columns)
  if (runs.length === 0 || places.size === 0) return rows
  for (const [run, key, value, nan] of await db.tuples(METRICS, db.dialect.list(runs), db.dialect.list([...places.keys()]))) {
    const row = rowOf.get(run)
    for (const at of places.get(key) ?? []) if (row) row[at] = nan === 1 ? Number.NaN : value
  }
  return rows
}

/** The values of some params or tags of some runs, each cut to `shown_max` characters. */
export async function textValues(
  db: Reader,
  table: 'param' | 'tag',
  runs: readonly number[],
  columns: readonly string[],
  shown_max: number,
): Promise<(string | null)[][]> {
  const { rows, rowOf } = grid<string>(runs, columns)
  const places = await placesOf(db, columns)
  if (runs.length === 0 || places.size === 0) return rows
  for (const [run, key, value] of await db.tuples(TEXTS[table], db.dialect.list(runs), db.dialect.list([...places.keys()]))) {
    const row = rowOf.get(run)
    const shown = value.length > shown_max ? `${value.slice(0, shown_max - 1)}…` : value
    for (const at of places.get(key) ?? []) if (row) row[at] = shown
  }
  return rows
}

const SAMPLE = query<{ id: number }>(
  (dialect) => `select id from run where ${dialect.inIntegers('experiment')} and deleted_ms is null order by start_ms desc limit ?`,
)
const keysIn = (table: string) => query<[key: number]>((dialect) => `select distinct key from ${table} where ${dialect.inIntegers('run')}`)
const KEYS = { latest_metric: keysIn('latest_metric'), param: keysIn('param'), tag: keysIn('tag') }

/** The names of the metrics, params or tags that the newest runs of some experiments have, sorted. */
export async function namesInUse(
  db: Reader,
  experiments: readonly number[],
  runs_max: number,
): Promise<Record<keyof typeof KEYS, string[]>> {
  const runs = (await db.all(SAMPLE, db.dialect.list(experiments), runs_max)).map(({ id }) => id)
  const names = { latest_metric: [] as string[], param: [] as string[], tag: [] as string[] }
  if (runs.length === 0) return names
  for (const table of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
    const keys = (await db.tuples(KEYS[table], db.dialect.list(runs))).map(([key]) => key)
    const nameOf = await keyNames(db, keys)
    names[table] = keys.map(nameOf).sort()
  }
  return names
}
