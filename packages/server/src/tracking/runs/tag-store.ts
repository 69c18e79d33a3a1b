import { bulk, command, type Writer } from '../../db/handles.ts'
import { missing } from '../../http/errors.ts'
import { findKey, internKeys } from '../entity-keys.ts'
import { type KeyValue, RUN_NAME_TAG } from './run.ts'
import { type RunRow, renameRun } from './run-store.ts'

const UPSERT = bulk('insert into tag (run, key, value) values (?, ?, ?) on conflict (run, key) do update set value = excluded.value', 'iit')
const DELETE = command('delete from tag where run = ? and key = ?')

/** Sets tags of a run that takes writes; of several values for one key the last counts. The tag `mlflow.runName` renames the run. */
export async function setTags(tx: Writer, run: RunRow, tags: readonly KeyValue[]): Promise<void> {
  if (tags.length === 0) return
  const values = new Map<string, string>()
  for (const { key, value } of tags) {
    // An empty name changes nothing, as in MLflow: every run has one.
    if (key !== RUN_NAME_TAG || value !== '') values.set(key, value)
  }
  const name = values.get(RUN_NAME_TAG)
  if (name !== undefined && name !== run.name) await renameRun(tx, run, name)
  const ids = await internKeys(tx, values.keys())
  const rows = [...values].map(([key, value]) => [run.id, ids.get(key) as number, value] as const)
  // In one order everywhere, so that two writers of the same tags wait for each other instead of deadlocking.
  await tx.runMany(
    UPSERT,
    rows.sort((a, b) => a[1] - b[1]),
  )
}

/** Takes a tag away. @throws ApiError RESOURCE_DOES_NOT_EXIST when the run has no such tag. */
export async function deleteTag(tx: Writer, run: RunRow, key: string): Promise<void> {
  const id = await findKey(tx, key)
  const deleted = id === undefined ? 0 : await tx.run(DELETE, run.id, id)
  if (deleted === 0) throw missing(`No tag with name: ${key} in run with id ${run.run_id}.`)
}
