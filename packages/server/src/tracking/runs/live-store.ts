import { shownSql } from '../../access/visible.ts'
import { adHocQuery, query, type Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'

/** What a list of runs shows of one, without what it logged. */
export type LiveRow = {
  readonly id: number
  readonly run_id: string
  readonly name: string
  readonly status: number
  readonly start_ms: number
  readonly end_ms: number | null
  readonly deleted_ms: number | null
}

const IN_EXPERIMENT = 'select id, run_id, name, status, start_ms, end_ms, deleted_ms from run where experiment = ?'
const NEWEST = query<LiveRow>(`${IN_EXPERIMENT} order by start_ms desc, run_id limit ?`)

/** The runs of an experiment that started last. */
export const newestRuns = async (db: Reader, experiment: number, limit: number): Promise<LiveRow[]> => db.all(NEWEST, experiment, limit)

const NAMED = query<LiveRow>((dialect) => `${IN_EXPERIMENT} and ${dialect.inTexts('run_id')}`)

/** Runs of an experiment by their ids, whenever they started. */
export const runsById = async (db: Reader, experiment: number, run_ids: readonly string[]): Promise<LiveRow[]> =>
  run_ids.length === 0 ? [] : db.all(NAMED, experiment, db.dialect.list(run_ids))

const LATEST = query<[run: number, key: number, ts: number, step: number, value: number, nan: number]>(
  (dialect) =>
    `select run, key, ts, step, value, nan from latest_metric where ${dialect.inIntegers('run')} and ${dialect.inIntegers('key')}`,
)

/** The latest points of some metrics of some runs. */
export async function latestPoints(db: Reader, runs: readonly number[], keys: readonly number[]) {
  return runs.length === 0 || keys.length === 0 ? [] : db.tuples(LATEST, db.dialect.list(runs), db.dialect.list(keys))
}

type NotedRow = [run: number, key: number, value: string]

const byKeys = (table: string) =>
  query<NotedRow>((dialect) => `select run, key, value from ${table} where ${dialect.inIntegers('run')} and ${dialect.inIntegers('key')}`)
const ofRuns = (table: string) => query<NotedRow>((dialect) => `select run, key, value from ${table} where ${dialect.inIntegers('run')}`)
const BY_KEYS = { param: byKeys('param'), tag: byKeys('tag') }
const OF_RUNS = { param: ofRuns('param'), tag: ofRuns('tag') }

/** Some params or tags of some runs. */
export async function notedByKeys(
  db: Reader,
  kind: 'param' | 'tag',
  runs: readonly number[],
  keys: readonly number[],
): Promise<NotedRow[]> {
  return runs.length === 0 || keys.length === 0 ? [] : db.tuples(BY_KEYS[kind], db.dialect.list(runs), db.dialect.list(keys))
}

/** All params or tags of some runs. */
export async function notedAll(db: Reader, kind: 'param' | 'tag', runs: readonly number[]): Promise<NotedRow[]> {
  return runs.length === 0 ? [] : db.tuples(OF_RUNS[kind], db.dialect.list(runs))
}

const NAMES = (['latest_metric', 'param', 'tag'] as const).map((table) =>
  query<[run: number, names: number]>((dialect) => `select run, count(*) from ${table} where ${dialect.inIntegers('run')} group by run`),
)

/** How many metrics, params and tags each of some runs has; a run that has none is not there. */
export async function namesOfRuns(db: Reader, runs: readonly number[]): Promise<Map<number, number>> {
  const names = new Map<number, number>()
  if (runs.length === 0) return names
  for (const statement of NAMES) {
    for (const [run, count] of await db.tuples(statement, db.dialect.list(runs))) names.set(run, (names.get(run) ?? 0) + count)
  }
  return names
}

/** A text that is another one when an experiment or a run that is shown came, went or was renamed. */
export async function stateOfExperiments(db: Reader, visible: Visible): Promise<string> {
  const shown = shownSql(visible, 'id', db.dialect)
  const runs = shownSql(visible, 'experiment', db.dialect)
  const found = await db.all(
    adHocQuery<Record<string, number | null>>(
      `select (select max(updated_ms) from experiment where ${shown.sql}) updated,
       (select count(*) from experiment where ${shown.sql}) experiments,
       (select max(id) from run where ${runs.sql}) run`,
    ),
    ...shown.values,
    ...shown.values,
    ...runs.values,
  )
  return JSON.stringify(found[0])
}
