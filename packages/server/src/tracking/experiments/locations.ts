import { query, type Reader, type Writer } from '../../db/handles.ts'
import { invalid, missing } from '../../http/errors.ts'
import { experimentKey } from './experiment.ts'

type Row = { id: number; artifact_location: string; deleted_ms: number | null }

const BY_ID = query<Row>((dialect) => `select id, artifact_location, deleted_ms from experiment where id = ? ${dialect.lockRow}`)
const LOOKED_AT = query<Row>('select id, artifact_location, deleted_ms from experiment where id = ?')
const BY_IDS = query<[id: number, artifact_location: string]>(
  (dialect) => `select id, artifact_location from experiment where ${dialect.inIntegers('id')}`,
)

/**
 * The experiment that takes new runs, models or traces, and goes on taking them until the commit.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST when there is none, INVALID_PARAMETER_VALUE when it was deleted.
 */
export async function activeExperiment(tx: Writer, experiment_id: string): Promise<{ id: number; artifact_location: string }> {
  const key = experimentKey(experiment_id)
  return activeOf(key === undefined ? undefined : await tx.get(BY_ID, key), experiment_id)
}

/** The inner id of an experiment that is active now. @throws ApiError as {@link activeExperiment} */
export async function activeExperimentKey(db: Reader, experiment_id: string): Promise<number> {
  const key = experimentKey(experiment_id)
  return activeOf(key === undefined ? undefined : await db.get(LOOKED_AT, key), experiment_id).id
}

function activeOf(row: Row | undefined, experiment_id: string): Row {
  if (!row) throw missing(`No Experiment with id=${experiment_id} exists.`)
  if (row.deleted_ms !== null) {
    throw invalid(`The experiment ${experiment_id} must be in the 'active' state. It was deleted: restore it with experiments/restore.`)
  }
  return row
}

/** Where experiments keep artifacts, by the experiments' inner ids. */
export async function artifactLocations(db: Reader, ids: Iterable<number>): Promise<Map<number, string>> {
  return new Map(await db.tuples(BY_IDS, db.dialect.list([...new Set(ids)])))
}
