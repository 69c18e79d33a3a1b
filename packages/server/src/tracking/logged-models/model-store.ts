import { randomUUID } from 'node:crypto'
import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import { type ApiError, invalid, missing } from '../../http/errors.ts'
import { findKey, internKeys, keyNames } from '../entity-keys.ts'
import { type ModelPair, PENDING } from './logged-model.ts'

/** A logged model's row. `id` and `experiment` are the small integers inside. */
export type ModelRow = {
  readonly id: number
  readonly model_id: string
  readonly experiment: number
  readonly name: string
  readonly artifact_location: string
  readonly status: number
  readonly status_message: string | null
  readonly model_type: string | null
  readonly source_run_id: string | null
  readonly created_ms: number
  readonly updated_ms: number
  readonly deleted_ms: number | null
}

export const MODEL_COLUMNS =
  'm.id, m.model_id, m.experiment, m.name, m.artifact_location, m.status, m.status_message, m.model_type, m.source_run_id, ' +
  'm.created_ms, m.updated_ms, m.deleted_ms'

const BY_MODEL_ID = query<ModelRow>(`select ${MODEL_COLUMNS} from logged_model m where m.model_id = ?`)
const BY_MODEL_ID_LOCKED = query<ModelRow>(
  (dialect) => `select ${MODEL_COLUMNS} from logged_model m where m.model_id = ? ${dialect.lockRow}`,
)
const INSERT = query<{ id: number }>(
  `insert into logged_model (model_id, experiment, name, artifact_location, status, model_type, source_run_id, created_ms, updated_ms)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
)
const SET_STATUS = command('update logged_model set status = ?, updated_ms = ? where id = ?')
const DELETE = command('update logged_model set deleted_ms = coalesce(deleted_ms, ?), updated_ms = ? where id = ?')
const RESTORE = command("update logged_model set deleted_ms = null, updated_ms = ? where id = ? and model_id not like 'purging:%'")
const SET_TAGS = bulk(
  'insert into logged_model_tag (model, key, value) values (?, ?, ?) on conflict (model, key) do update set value = excluded.value',
  'iit',
)
const DELETE_TAG = command('delete from logged_model_tag where model = ? and key = ?')
const ADD_PARAMS = bulk('insert into logged_model_param (model, key, value) values (?, ?, ?) on conflict (model, key) do nothing', 'iit')
const PARAMS = query<{ key: number; value: string }>(
  (dialect) => `select key, value from logged_model_param where model = ? and ${dialect.inIntegers('key')}`,
)

const noSuchModel = (model_id: string): ApiError =>
  missing(`Logged model with ID '${model_id}' not found: it was never here, or it was deleted.`)

/** A model that was not deleted. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function activeModel(db: Reader, model_id: string): Promise<ModelRow> {
  const row = await findModel(db, model_id)
  if (row.deleted_ms !== null) throw noSuchModel(model_id)
  return row
}

/** A model, deleted or not. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function findModel(db: Reader, model_id: string): Promise<ModelRow> {
  const row = await db.get(BY_MODEL_ID, model_id)
  if (!row) throw noSuchModel(model_id)
  return row
}

/** A model, deleted or not, that stays until the commit. MLflow lets deleted models be changed. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function heldModel(tx: Writer, model_id: string): Promise<ModelRow> {
  const row = await tx.get(BY_MODEL_ID_LOCKED, model_id)
  if (!row) throw noSuchModel(model_id)
  return row
}

/** What a new model starts with. */
export type NewModel = { experiment: number; name: string; model_type: string | null; source_run_id: string | null }

/**
 * Makes a model whose files are yet to come.
 * @param locate gives the place of its artifacts, once its id is known
 */
export async function insertModel(
  tx: Writer,
  { experiment, name, model_type, source_run_id }: NewModel,
  now_ms: number,
  locate: (model_id: string) => string,
): Promise<ModelRow> {
  const model_id = `m-${randomUUID().replaceAll('-', '')}`
  const artifact_location = locate(model_id)
  const values = [model_id, experiment, name, artifact_location, PENDING, model_type, source_run_id, now_ms, now_ms] as const
  const { id } = (await tx.get(INSERT, ...values)) as { id: number }
  const times = { created_ms: now_ms, updated_ms: now_ms, deleted_ms: null }
  return { id, model_id, experiment, name, artifact_location, status: PENDING, status_message: null, model_type, source_run_id, ...times }
}

/** Says that a model's files are there, or that they never will be. */
export async function setStatus(tx: Writer, model: ModelRow, status: number, now_ms: number): Promise<ModelRow> {
  await tx.run(SET_STATUS, status, now_ms, model.id)
  return { ...model, status, updated_ms: now_ms }
}

/** Marks a model as deleted; everything of it is kept until `millrace gc`. */
export async function deleteModel(tx: Writer, model: ModelRow, now_ms: number): Promise<void> {
  await tx.run(DELETE, now_ms, now_ms, model.id)
}

/** Takes the mark away; a model that was not deleted stays as it is. @throws ApiError when its files are being removed for good */
export async function restoreModel(tx: Writer, model: ModelRow, now_ms: number): Promise<void> {
  if (model.deleted_ms !== null && (await tx.run(RESTORE, now_ms, model.id)) === 0) throw noSuchModel(model.model_id)
}

/** Sets tags; of several values for one key the last counts. */
export async function setModelTags(tx: Writer, model: { readonly id: number }, tags: readonly ModelPair[]): Promise<void> {
  if (tags.length === 0) return
  await tx.runMany(SET_TAGS, await pairRows(tx, model, new Map(tags.map(({ key, value }) => [key, value]))))
}

/** Takes a tag away. @throws ApiError RESOURCE_DOES_NOT_EXIST when the model has no such tag. */
export async function deleteModelTag(tx: Writer, model: ModelRow, key: string): Promise<void> {
  const id = await findKey(tx, key)
  const deleted = id === undefined ? 0 : await tx.run(DELETE_TAG, model.id, id)
  if (deleted === 0) throw missing(`No tag with key '${key}' found for model with ID '${model.model_id}'.`)
}

/** Records params. @throws ApiError INVALID_PARAMETER_VALUE when one is there with another value: a param never changes. */
export async function addModelParams(tx: Writer, model: ModelRow, params: readonly ModelPair[]): Promise<void> {
  if (params.length === 0) return
  const values = new Map<string, string>()
  for (const { key, value } of params) {
    if ((values.get(key) ?? value) !== value) throw changedParam(model, key)
    values.set(key, value)
  }
  const rows = await pairRows(tx, model, values)
  await tx.runMany(ADD_PARAMS, rows)
  const stored = await tx.all(PARAMS, model.id, tx.dialect.list(rows.map((row) => row[1])))
  const given = new Map(rows.map(([, key, value]) => [key, value]))
  const changed = stored.find(({ key, value }) => given.get(key) !== value)
  if (changed) throw changedParam(model, (await keyNames(tx, [changed.key]))(changed.key))
}

const changedParam = (model: ModelRow, key: string): ApiError =>
  invalid(
    `Changing param values is not allowed: param '${key}' of logged model ${model.model_id} has another value. ` +
      'Log the new value under another key, or in another model.',
  )

/** Rows with interned keys, in one order everywhere, so that two writers wait for each other instead of deadlocking. */
async function pairRows(
  tx: Writer,
  model: { readonly id: number },
  values: ReadonlyMap<string, string>,
): Promise<(readonly [model: number, key: number, value: string])[]> {
  const keys = await internKeys(tx, values.keys())
  return [...values].map(([key, value]) => [model.id, keys.get(key) as number, value] as const).sort((a, b) => a[1] - b[1])
}
