import { randomUUID } from 'node:crypto'
import { seesAmong } from '../../access/visible.ts'
import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'
import { type ApiError, invalid, missing } from '../../http/errors.ts'
import type { RunInfo, RunStatus } from './run.ts'
import { statusName, statusNumber } from './run.ts'

/** A run's row. `id` and `experiment` are the small integers inside; `status` is explained at {@link RUN_STATUSES}. */
export type RunRow = {
  readonly id: number
  readonly run_id: string
  readonly experiment: number
  readonly name: string
  readonly user_id: string
  readonly status: number
  readonly start_ms: number
  readonly end_ms: number | null
  readonly deleted_ms: number | null
}

/** The columns of {@link RunRow}, for selects from table `run` elsewhere in tracking/. */
export const RUN_COLUMNS = 'run.id, run.run_id, run.experiment, run.name, run.user_id, run.status, run.start_ms, run.end_ms, run.deleted_ms'

const BY_RUN_ID = query<RunRow>(`select ${RUN_COLUMNS} from run where run_id = ?`)
const BY_RUN_ID_LOCKED = query<RunRow>((dialect) => `select ${RUN_COLUMNS} from run where run_id = ? ${dialect.lockRow}`)
const BY_RUN_IDS = query<RunRow>((dialect) => `select ${RUN_COLUMNS} from run where ${dialect.inTexts('run_id')} order by run_id`)
const INSERT = query<{ id: number }>(
  'insert into run (run_id, experiment, name, user_id, status, start_ms) values (?, ?, ?, ?, ?, ?) returning id',
)
const UPDATE = query<RunRow>(
  `update run set status = coalesce(?, status), end_ms = coalesce(?, end_ms), name = coalesce(?, name)
   where run_id = ? and deleted_ms is null returning ${RUN_COLUMNS}`,
)
const DELETE = command('update run set deleted_ms = coalesce(deleted_ms, ?) where run_id = ?')
const RESTORE = command('update run set deleted_ms = null where run_id = ?')
const RENAME = command('update run set name = ? where id = ?')

/** A run, deleted or not. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function findRun(db: Reader, run_id: string): Promise<RunRow> {
  const row = await db.get(BY_RUN_ID, run_id)
  if (!row) throw noSuchRun(run_id)
  return row
}

/** Runs by their ids, in the order of their ids; those that are not there, or not shown, are not in the answer. */
export async function findRuns(db: Reader, run_ids: readonly string[], visible: Visible): Promise<RunRow[]> {
  const found = await db.all(BY_RUN_IDS, db.dialect.list(run_ids))
  const sees = await seesAmong(
    db,
    visible,
    found.map(({ experiment }) => experiment),
  )
  return found.filter(({ experiment }) => sees(experiment))
}

/**
 * A run that takes writes, and goes on taking them until the commit.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST when there is no such run, INVALID_PARAMETER_VALUE when it was deleted.
 */
export async function activeRun(tx: Writer, run_id: string): Promise<RunRow> {
  const row = await tx.get(BY_RUN_ID_LOCKED, run_id)
  if (!row) throw noSuchRun(run_id)
  if (row.deleted_ms !== null) throw deletedRun(run_id)
  return row
}

/** A run, deleted or not, that nobody removes for good before the commit; undefined when there is none. */
export const heldRun = (tx: Writer, run_id: string): Promise<RunRow | undefined> | RunRow | undefined => tx.get(BY_RUN_ID_LOCKED, run_id)

const noSuchRun = (run_id: string): ApiError => missing(`Run with id=${run_id} not found: it was never here, or it was deleted for good.`)

const deletedRun = (run_id: string): ApiError =>
  invalid(`The run ${run_id} must be in the 'active' state. It was deleted: restore it with runs/restore before writing to it.`)

/** What a new run starts with. */
export type NewRun = { experiment: number; name: string; user_id: string; start_ms: number }

/** An id that no run has. */
export const newRunId = (): string => randomUUID().replaceAll('-', '')

/** Makes a run that is running. */
export async function insertRun(tx: Writer, run: NewRun, run_id = newRunId()): Promise<RunRow> {
  const status = statusNumber('RUNNING')
  const { id } = (await tx.get(INSERT, run_id, run.experiment, run.name, run.user_id, status, run.start_ms)) as { id: number }
  return { id, run_id, ...run, status, end_ms: null, deleted_ms: null }
}

/** Changes what is given of an active run. @throws ApiError as {@link activeRun} does. */
export async function updateRun(
  tx: Writer,
  run_id: string,
  changes: { status?: RunStatus | undefined; end_time?: number | undefined; run_name?: string | undefined },
): Promise<RunRow> {
  const { status, end_time, run_name } = changes
  const row = await tx.get(UPDATE, status ? statusNumber(status) : null, end_time ?? null, run_name || null, run_id)
  if (row) return row
  await findRun(tx, run_id)
  throw deletedRun(run_id)
}

/** Gives a run another name; its tag is the caller's to change. */
export async function renameRun(tx: Writer, run: RunRow, name: string): Promise<void> {
  await tx.run(RENAME, name, run.id)
}

/** Marks a run as deleted; everything of it is kept. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function deleteRun(tx: Writer, run_id: string, now_ms: number): Promise<void> {
  if ((await tx.run(DELETE, now_ms, run_id)) === 0) throw noSuchRun(run_id)
}

/** Takes the mark away again. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function restoreRun(tx: Writer, run_id: string): Promise<void> {
  if ((await tx.run(RESTORE, run_id)) === 0) throw noSuchRun(run_id)
}

/** Where a run's artifacts are, as clients see it. A location may end in a query (`s3://bucket/path?region=x`), which stays at the end. */
export function artifactUri(experiment_location: string, run_id: string): string {
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(experiment_location) ?? []
  return `${path.replace(/\/$/, '')}/${run_id}/artifacts${query}`
}

/** The half of a run that its row holds. */
export function infoOf(row: RunRow, experiment_location: string): RunInfo {
  return {
    run_id: row.run_id,
    run_uuid: row.run_id,
    run_name: row.name,
    experiment_id: String(row.experiment),
    user_id: row.user_id,
    status: statusName(row.status),
    start_time: row.start_ms ?? undefined,
    end_time: row.end_ms ?? undefined,
    artifact_uri: artifactUri(experiment_location, row.run_id),
    lifecycle_stage: row.deleted_ms === null ? 'active' : 'deleted',
  }
}
