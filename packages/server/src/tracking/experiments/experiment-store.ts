import { isDuplicate } from '../../db/errors.ts'
import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { type Experiment, experimentKey } from './experiment.ts'

type Row = { id: number; name: string; artifact_location: string; created_ms: number; updated_ms: number; deleted_ms: number | null }
type Tag = { experiment: number; key: string; value: string }

const COLUMNS = 'id, name, artifact_location, created_ms, updated_ms, deleted_ms'
const BY_ID = query<Row>(`select ${COLUMNS} from experiment where id = ?`)
const BY_NAME = query<Row>(`select ${COLUMNS} from experiment where name = ?`)
const TAGS = query<Tag>(
  (dialect) => `select experiment, key, value from experiment_tag where ${dialect.inIntegers('experiment')} order by experiment, key`,
)
const INSERT = query<{ id: number }>(
  'insert into experiment (name, artifact_location, created_ms, updated_ms) values (?, ?, ?, ?) returning id',
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
  return (await toWire(db, [row]))[0] as Experiment
}

async function toWire(db: Reader, rows: readonly Row[]): Promise<Experiment[]> {
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
  const taken = await tx.get(BY_NAME, name)
  if (taken) throw nameTaken(name, taken.deleted_ms !== null)
  try {
    const row = (await tx.get(INSERT, name, '', now_ms, now_ms)) as { id: number }
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

function nameTaken(name: string, deleted: boolean): ApiError {
  const how = deleted ? ' in deleted state: restore it, or delete it for good with `millrace gc`.' : ': use it, or take another name.'
  return new ApiError('RESOURCE_ALREADY_EXISTS', `Experiment '${name}' already exists${how}`)
}
