import { forgetGrants } from '../../access/grants.ts'
import { isDuplicate } from '../../db/errors.ts'
import { bulk, command, query, type Writer } from '../../db/handles.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { IS_PROMPT_TAG, saysPrompt, type Tag } from '../names.ts'
import { findRegistered, type RegisteredRow } from '../registered.ts'

const INSERT = query<{ id: number }>(
  `insert into registered_model (workspace, name, is_prompt, description, created_by, created_ms, updated_ms)
   values (?, ?, ?, ?, ?, ?, ?) returning id`,
)
const RENAME = command('update registered_model set name = ?, updated_ms = ? where id = ?')
const RENAME_VERSIONS = command('update model_version set updated_ms = ? where model = ? and deleted_ms is null')
const SET_DESCRIPTION = command('update registered_model set description = ?, updated_ms = ? where id = ?')
const DELETE = command('delete from registered_model where id = ?')
const SET_TAGS = bulk(
  'insert into registered_model_tag (model, key, value) values (?, ?, ?) on conflict (model, key) do update set value = excluded.value',
  'itt',
)
const DELETE_TAG = command('delete from registered_model_tag where model = ? and key = ?')
const SET_ALIAS = command(
  `insert into registered_model_alias (model, alias, version) values (?, ?, ?)
   on conflict (model, alias) do update set version = excluded.version`,
)
const DELETE_ALIAS = command('delete from registered_model_alias where model = ? and alias = ?')

const kindOf = (is_prompt: boolean): string => (is_prompt ? 'Prompt' : 'Registered Model')

function nameTaken(name: string, wanted: boolean, there: boolean): ApiError {
  const message =
    wanted === there
      ? `${kindOf(wanted)} (name=${name}) already exists. Add a version to it, or take another name.`
      : `Tried to create a ${kindOf(wanted).toLowerCase()} with name '${name}', but the name is already taken by a ` +
        `${kindOf(there).toLowerCase()}: a model and a prompt can't have one name. Take another.`
  return new ApiError('RESOURCE_ALREADY_EXISTS', message)
}

/** What a new model starts with. */
export type NewModel = { name: string; description: string | null; created_by: string | null; tags: readonly Tag[] }

/**
 * Makes a registered model, or a prompt when its tags say so: the one moment at which that is decided.
 * @throws ApiError RESOURCE_ALREADY_EXISTS
 */
export async function insertRegistered(tx: Writer, made: NewModel, now_ms: number): Promise<RegisteredRow> {
  const { name, description, created_by, tags } = made
  const is_prompt = saysPrompt(tags)
  const there = await findRegistered(tx, name)
  if (there) throw nameTaken(name, is_prompt, there.is_prompt === 1)
  try {
    const values = [name, is_prompt ? 1 : 0, description, created_by, now_ms, now_ms]
    const { id } = (await tx.get(INSERT, tx.workspace, ...values)) as { id: number }
    await setRegisteredTags(tx, id, tags)
    return { id, name, is_prompt: is_prompt ? 1 : 0, description, created_by, created_ms: now_ms, updated_ms: now_ms }
  } catch (error) {
    throw isDuplicate(error) ? nameTaken(name, is_prompt, is_prompt) : error
  }
}

/** Gives a model another name; its versions, aliases and tags stay with it. @throws ApiError RESOURCE_ALREADY_EXISTS */
export async function renameRegistered(tx: Writer, row: RegisteredRow, name: string, now_ms: number): Promise<RegisteredRow> {
  const taken = (): ApiError =>
    new ApiError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists. Take another name.`)
  const there = await findRegistered(tx, name)
  if (there && there.id !== row.id) throw taken()
  try {
    await tx.run(RENAME, name, now_ms, row.id)
  } catch (error) {
    throw isDuplicate(error) ? taken() : error
  }
  await tx.run(RENAME_VERSIONS, now_ms, row.id)
  return { ...row, name, updated_ms: now_ms }
}

/** Sets or takes away the description. */
export async function describeRegistered(
  tx: Writer,
  row: RegisteredRow,
  description: string | null,
  now_ms: number,
): Promise<RegisteredRow> {
  await tx.run(SET_DESCRIPTION, description, now_ms, row.id)
  return { ...row, description, updated_ms: now_ms }
}

/** Deletes a model with its versions, tags and aliases for good; the files stay. */
export async function deleteRegistered(tx: Writer, row: RegisteredRow): Promise<void> {
  await tx.run(DELETE, row.id)
  await forgetGrants(tx, 'registered_model', row.id)
}

/** Sets tags; of several values for one key the last counts. */
export async function setRegisteredTags(tx: Writer, id: number, tags: readonly Tag[]): Promise<void> {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  if (values.size === 0) return
  await tx.runMany(
    SET_TAGS,
    [...values].map(([key, value]) => [id, key, value]),
  )
}

/** Takes a tag away, if it is there. @throws ApiError INVALID_PARAMETER_VALUE for the tag that says that it is a prompt */
export async function deleteRegisteredTag(tx: Writer, row: RegisteredRow, key: string): Promise<void> {
  if (key === IS_PROMPT_TAG && row.is_prompt === 1) {
    throw invalid(`The tag '${IS_PROMPT_TAG}' stays: '${row.name}' is a prompt for as long as it is there. Delete the prompt itself.`)
  }
  await tx.run(DELETE_TAG, row.id, key)
}

/** Points an alias to a version, away from where it pointed before. */
export async function setAlias(tx: Writer, id: number, alias: string, version: number): Promise<void> {
  await tx.run(SET_ALIAS, id, alias, version)
}

/** Takes an alias away, if it is there. */
export async function deleteAlias(tx: Writer, id: number, alias: string): Promise<void> {
  await tx.run(DELETE_ALIAS, id, alias)
}
