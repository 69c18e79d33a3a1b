import { isDuplicate } from '../../db/errors.ts'
import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import { ApiError, invalid, missing } from '../../http/errors.ts'
import { type Experiment, experimentKey } from './experiment.ts'

/** An experiment's row. */
export type ExperimentRow = {
  id: number
  name: string
  artifact_location: string
  created_ms: number
  updated_ms: number
  deleted_ms: number | null
}
type Tag = { experiment: number; key: string; value: string }

/** The columns of {@link ExperimentRow}. */
export const EXPERIMENT_COLUMNS = 'id, name, artifact_location, created_ms, updated_ms, deleted_ms'
const BY_ID = query<ExperimentRow>(`select ${EXPERIMENT_COLUMNS} from experiment where id = ?`)
const BY_NAME = query<ExperimentRow>(`select ${EXPERIMENT_COLUMNS} from experiment where workspace = ? and name = ?`)
const BY_ID_LOCKED = query<ExperimentRow>((dialect) => `select ${EXPERIMENT_COLUMNS} from experiment where id = ? ${dialect.lockRow}`)
const RENAME = command('update experiment set name = ?, updated_ms = ? where id = ?')
const SET_DELETED = command('update experiment set deleted_ms = ?, updated_ms = ? where id = ?')
const DELETE_RUNS = command('update run set deleted_ms = ? where experiment = ? and deleted_ms is null')
// Those that were deleted together with their experiment bear its time.
const RESTORE_RUNS = command('update run set deleted_ms = null where experiment = ? and deleted_ms = ?')
const DELETE_TAG = command('delete from experiment_tag where experiment = ? and key = ?')
const TAGS = query<Tag>(
  (dialect) => `select experiment, key, value from experiment_tag where ${dialect.inIntegers('experiment')} order by experiment, key`,
)
const INSERT = query<{ id: number }>(
  'insert into experiment (workspace, name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?, ?) returning id',
)
const SET_LOCATION = command('update experiment set artifact_location = ? where id = ?')
const UPSERT_TAGS = bulk(
  'insert into experiment_tag (experiment, key, value) values (?, ?, ?) on conflict (experiment, key) do update set value = excluded.value',
  'itt',
)

/** An experiment as it stands. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function experimentById(db: Reader, experiment_id: string): Promise<Experiment> {
  const key = experimentKey(experiment_id)
  const row = key === undefined ? undefined : await db.get(BY_ID, key)
  if (!row) throw missing(`No Experiment with id=${experiment_id} exists.`)
  return (await experimentsToWire(db, [row]))[0] as Experiment
}

/** The experiment of a name, deleted or not. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function experimentByName(db: Reader, name: string): Promise<Experiment> {
  const row = await db.get(BY_NAME, db.workspace, name)
  if (!row) throw missing(`Could not find experiment with name '${name}'.`)
  return (await experimentsToWire(db, [row]))[0] as Experiment
}

/** Experiments as the wire has them, in the order of the rows. */
export async function experimentsToWire(db: Reader, rows: readonly ExperimentRow[]): Promise<Experiment[]> {
  const tags = Map.groupBy(await db.all(TAGS, db.dialect.list(rows.map((row) => row.id))), (tag) => tag.experiment)
  return rows.map((row) => ({
    experiment_id: String(row.id),
    name: row.name,
    artifact_location: row.artifact_location,
    lifecycle_stage: row.deleted_ms === null ? 'active' : 'deleted',
    last_update_time: row.updated_ms,
    creation_time: row.created_ms,
    tags: (tags.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
  }))
}

/**
 * Makes an experiment.
 * @param locate gives the place of its artifacts, once its id is known
 * @throws ApiError RESOURCE_ALREADY_EXISTS when the name is taken, also by a deleted experiment.
 */
export async function insertExperiment(
  tx: Writer,
  name: string,
  tags: readonly { key: string; value: string }[],
  now_ms: number,
  locate: (experiment_id: string) => string,
): Promise<string> {
  const taken = await tx.get(BY_NAME, tx.workspace, name)
  if (taken) throw nameTaken(name, taken.deleted_ms !== null)
  try {
    const row = (await tx.get(INSERT, tx.workspace, name, '', now_ms, now_ms)) as { id: number }
    await tx.run(SET_LOCATION, locate(String(row.id)), row.id)
    await tx.runMany(
      UPSERT_TAGS,
      [...new Map(tags.map((tag) => [tag.key, tag.value]))].map(([key, value]) => [row.id, key, value]),
    )
    return String(row.id)
  } catch (error) {
    throw isDuplicate(error) ? nameTaken(name, false) : error
  }
}

async function rowById(tx: Writer, experiment_id: string): Promise<ExperimentRow> {
  const key = experimentKey(experiment_id)
  const row = key === undefined ? undefined : await tx.get(BY_ID_LOCKED, key)
  if (!row) throw missing(`No Experiment with id=${experiment_id} exists.`)
  return row
}

/**
 * Gives an experiment another name.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS, and INVALID_PARAMETER_VALUE when it was deleted
 */
export async function renameExperiment(tx: Writer, experiment_id: string, name: string, now_ms: number): Promise<void> {
  const row = await rowById(tx, experiment_id)
  if (row.deleted_ms !== null)
    throw invalid(`Cannot rename a non-active experiment. Restore ${experiment_id} with experiments/restore first.`)
  const taken = await tx.get(BY_NAME, tx.workspace, name)
  if (taken && taken.id !== row.id) throw nameTaken(name, taken.deleted_ms !== null)
  try {
    await tx.run(RENAME, name, now_ms, row.id)
  } catch (error) {
    throw isDuplicate(error) ? nameTaken(name, false) : error
  }
}

/** Marks an experiment and its runs as deleted. @throws ApiError RESOURCE_DOES_NOT_EXIST, also when it is deleted already. */
export async function markExperimentDeleted(tx: Writer, experiment_id: string, now_ms: number): Promise<void> {
  const row = await rowById(tx, experiment_id)
  if (row.deleted_ms !== null) throw missing(`No Experiment with id=${experiment_id} exists: it is deleted already.`)
  await tx.run(SET_DELETED, now_ms, now_ms, row.id)
  await tx.run(DELETE_RUNS, now_ms, row.id)
}

/**
 * Takes the mark away again, from the experiment and from the runs that were deleted with it. (MLflow brings back those that were deleted
 * one by one before, too.)
 * @throws ApiError RESOURCE_DOES_NOT_EXIST, also when it is not deleted
 */
export async function markExperimentActive(tx: Writer, experiment_id: string, now_ms: number): Promise<void> {
  const row = await rowById(tx, experiment_id)
  if (row.deleted_ms === null) throw missing(`No Experiment with id=${experiment_id} exists that is deleted: there is nothing to restore.`)
  await tx.run(SET_DELETED, null, now_ms, row.id)
  await tx.run(RESTORE_RUNS, row.id, row.deleted_ms)
}

function requireActive(row: ExperimentRow): void {
  if (row.deleted_ms === null) return
  throw invalid(`The experiment ${row.id} must be in the 'active' state. It was deleted: restore it with experiments/restore.`)
}

/** Sets a tag. @throws ApiError RESOURCE_DOES_NOT_EXIST, and INVALID_PARAMETER_VALUE when the experiment was deleted */
export async function putExperimentTag(tx: Writer, experiment_id: string, key: string, value: string): Promise<void> {
  const row = await rowById(tx, experiment_id)
  requireActive(row)
  await tx.runMany(UPSERT_TAGS, [[row.id, key, value]])
}

/** Takes a tag away. @throws ApiError RESOURCE_DOES_NOT_EXIST, and INVALID_PARAMETER_VALUE when the experiment was deleted */
export async function removeExperimentTag(tx: Writer, experiment_id: string, key: string): Promise<void> {
  const row = await rowById(tx, experiment_id)
  requireActive(row)
  if ((await tx.run(DELETE_TAG, row.id, key)) === 0) throw missing(`No tag with name: ${key} in experiment with id ${experiment_id}.`)
}

function nameTaken(name: string, deleted: boolean): ApiError {
  const how = deleted ? ' in deleted state: restore it, or delete it for good with `millrace gc`.' : ': use it, or take another name.'
  // MLflow's tests match on `Experiment(name=...) already exists`.
  return new ApiError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists${how}`)
}
