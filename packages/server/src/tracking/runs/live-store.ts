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

const NEWEST = query<LiveRow>(
  `select id, run_id, name, status, start_ms, end_ms, deleted_ms from run where experiment = ? order by start_ms desc, run_id limit ?`,
)

/** The runs of an experiment that started last. */
export const newestRuns = async (db: Reader, experiment: number, limit: number): Promise<LiveRow[]> => db.all(NEWEST, experiment, limit)

const LATEST = query<[run: number, key: number, ts: number, step: number, value: number, nan: number]>(
  (dialect) =>
    `select run, key, ts, step, value, nan from latest_metric where ${dialect.inIntegers('run')} and ${dialect.inIntegers('key')}`,
)

/** The latest points of some metrics of some runs. */
export async function latestPoints(db: Reader, runs: readonly number[], keys: readonly number[]) {
  return runs.length === 0 || keys.length === 0 ? [] : db.tuples(LATEST, db.dialect.list(runs), db.dialect.list(keys))
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
