import { query, type Reader } from '../../db/handles.ts'
import { linksOf } from '../datasets/index.ts'
import { keyNames } from '../entity-keys.ts'
import { artifactLocations } from '../experiments/index.ts'
import type { Run } from './run.ts'
import { infoOf, type RunRow } from './run-store.ts'

type Latest = [run: number, key: number, ts: number, step: number, value: number, nan: number]
type Text = [run: number, key: number, value: string]

const METRICS = query<Latest>(
  (dialect) => `select run, key, ts, step, value, nan from latest_metric where ${dialect.inIntegers('run')} order by run, key`,
)
const PARAMS = query<Text>((dialect) => `select run, key, value from param where ${dialect.inIntegers('run')} order by run, key`)
const TAGS = query<Text>((dialect) => `select run, key, value from tag where ${dialect.inIntegers('run')} order by run, key`)

/** A page of runs as the wire has them, in the order of the rows: a fixed number of selects, however many runs. */
export async function runsToWire(db: Reader, rows: readonly RunRow[]): Promise<Run[]> {
  if (rows.length === 0) return []
  const inner = rows.map((row) => row.id)
  const ids = db.dialect.list(inner)
  const [metrics, params, tags, links, locations] = [
    await db.tuples(METRICS, ids),
    await db.tuples(PARAMS, ids),
    await db.tuples(TAGS, ids),
    await linksOf(db, inner),
    await artifactLocations(
      db,
      rows.map((row) => row.experiment),
    ),
  ]
  const nameOf = await keyNames(db, keysOf(metrics, params, tags))
  const runs = new Map<number, Run>()
  for (const row of rows) {
    const info = infoOf(row, locations.get(row.experiment) as string)
    runs.set(row.id, { info, data: { metrics: [], params: [], tags: [] }, ...links.get(row.id) })
  }
  eachWithRun(metrics, runs, ({ data }, [, key, timestamp, step, value, nan]) => {
    data.metrics.push({ key: nameOf(key), value: nan === 1 ? Number.NaN : value, timestamp, step })
  })
  eachWithRun(params, runs, ({ data }, [, key, value]) => data.params.push({ key: nameOf(key), value }))
  eachWithRun(tags, runs, ({ data }, [, key, value]) => data.tags.push({ key: nameOf(key), value }))
  return rows.map((row) => runs.get(row.id) as Run)
}

/** Gives each row with its run. Rows come sorted by run, so a run is looked up once and not for each of its rows. */
function eachWithRun<Row extends readonly [run: number, ...unknown[]]>(
  rows: readonly Row[],
  runs: ReadonlyMap<number, Run>,
  take: (run: Run, row: Row) => void,
): void {
  let id = -1
  let run: Run | undefined
  for (const row of rows) {
    if (row[0] !== id) {
      id = row[0]
      run = runs.get(id)
    }
    if (run) take(run, row)
  }
}

function keysOf(...lists: readonly (readonly (readonly [run: number, key: number, ...unknown[]])[])[]): Set<number> {
  const keys = new Set<number>()
  for (const list of lists) for (const row of list) keys.add(row[1])
  return keys
}

/** One run as the wire has it. */
export async function runToWire(db: Reader, row: RunRow): Promise<Run> {
  return (await runsToWire(db, [row]))[0] as Run
}
