import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import { type ApiError, missing } from '../../http/errors.ts'
import type { Tag } from '../names.ts'
import { ARCHIVED, READY } from './model-version.ts'

/** What a version's files are: the number stands in `source_kind`. Of what is external nothing is ever opened. */
export const SOURCE_KIND = { external: 0, run: 1, logged_model: 2, prompt: 3 } as const
export type SourceKind = keyof typeof SOURCE_KIND

/** A version's row, with its model's name. `id` and `model` are the small integers inside. */
export type VersionRow = {
  readonly id: number
  readonly model: number
  readonly name: string
  readonly version: number
  readonly stage: number
  readonly status: number
  readonly status_message: string | null
  readonly description: string | null
  readonly created_by: string | null
  readonly source: string
  readonly download_uri: string
  readonly source_kind: number
  readonly source_ref: string | null
  readonly source_path: string
  readonly run_id: string | null
  readonly run_link: string | null
  readonly model_id: string | null
  readonly created_ms: number
  readonly updated_ms: number
}

export const VERSION_COLUMNS =
  'v.id, v.model, m.name, v.version, v.stage, v.status, v.status_message, v.description, v.created_by, v.source, v.download_uri, ' +
  'v.source_kind, v.source_ref, v.source_path, v.run_id, v.run_link, v.model_id, v.created_ms, v.updated_ms'

const FROM = `select ${VERSION_COLUMNS} from model_version v join registered_model m on m.id = v.model`
const BY_NUMBER = query<VersionRow>(`${FROM} where m.workspace = ? and m.name = ? and v.version = ? and v.deleted_ms is null`)
const BY_NUMBER_TO_MOVE = query<VersionRow>(
  (dialect) => `${FROM} where m.workspace = ? and m.name = ? and v.version = ? and v.deleted_ms is null ${dialect.lockRowToChange}`,
)
const BY_ALIAS = query<VersionRow>(
  `${FROM} join registered_model_alias a on a.model = m.id and a.version = v.version
   where m.workspace = ? and m.name = ? and a.alias = ? and v.deleted_ms is null`,
)
const LATEST = query<VersionRow>(
  (dialect) => `${FROM} join (
    select model, stage, max(version) as version from model_version
    where ${dialect.inIntegers('model')} and deleted_ms is null group by model, stage
  ) latest on latest.model = v.model and latest.version = v.version order by v.model, v.stage`,
)
const NEWEST = query<VersionRow>(`${FROM} where m.workspace = ? and m.name = ? and v.deleted_ms is null order by v.version desc limit 1`)
const OF_LOGGED_MODEL = query<{ name: string; version: number }>(
  `select m.name, v.version from model_version v join registered_model m on m.id = v.model
   where v.model_id = ? and v.deleted_ms is null order by v.id`,
)
const INSERT = query<{ id: number }>(
  `insert into model_version (model, version, stage, status, description, created_by, source, download_uri, source_kind, source_ref,
     source_path, run_id, run_link, model_id, created_ms, updated_ms)
   values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
)
const SET_DESCRIPTION = command('update model_version set description = ?, updated_ms = ? where id = ?')
const SET_STAGE = command('update model_version set stage = ?, updated_ms = ? where id = ?')
const ARCHIVE_OTHERS = command(
  `update model_version set stage = ${ARCHIVED}, updated_ms = ? where model = ? and stage = ? and id <> ? and deleted_ms is null`,
)
// What a version came from is forgotten with it, as MLflow does; the row keeps the number taken.
const DELETE = command(
  `update model_version set deleted_ms = ?, updated_ms = ?, description = null, created_by = null, source = '', download_uri = '',
     source_kind = ${SOURCE_KIND.external}, source_ref = null, source_path = '', run_id = null, run_link = null, model_id = null
   where id = ?`,
)
const SET_READY = command(`update model_version set status = ${READY} where id = ?`)
const DELETE_ALIASES = command('delete from registered_model_alias where model = ? and version = ?')
const SET_TAGS = bulk(
  'insert into model_version_tag (version, key, value) values (?, ?, ?) on conflict (version, key) do update set value = excluded.value',
  'itt',
)
const DELETE_TAG = command('delete from model_version_tag where version = ? and key = ?')

const noSuchVersion = (name: string, version: number): ApiError => missing(`Model Version (name=${name}, version=${version}) not found`)

/** A version that was not deleted. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function versionByNumber(db: Reader, name: string, version: number): Promise<VersionRow> {
  const row = await db.get(BY_NUMBER, db.workspace, name, version)
  if (!row) throw noSuchVersion(name, version)
  return row
}

/**
 * The same, and its model keeps its name and its aliases until the commit but for what this transaction does: a gate decides by them.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST
 */
export async function versionToMove(tx: Writer, name: string, version: number): Promise<VersionRow> {
  const row = await tx.get(BY_NUMBER_TO_MOVE, tx.workspace, name, version)
  if (!row) throw noSuchVersion(name, version)
  return row
}

/** The version to which an alias points, or undefined. */
export const versionByAlias = async (db: Reader, name: string, alias: string): Promise<VersionRow | undefined> =>
  db.get(BY_ALIAS, db.workspace, name, alias)

/** The version with the highest number, or undefined. */
export const newestVersion = async (db: Reader, name: string): Promise<VersionRow | undefined> => db.get(NEWEST, db.workspace, name)

/** The newest version in each stage, of each of the models. */
export const latestVersions = async (db: Reader, models: readonly number[]): Promise<VersionRow[]> =>
  models.length === 0 ? [] : db.all(LATEST, db.dialect.list(models))

/** The versions that were made of a logged model, the oldest first. */
export const versionsOfLoggedModel = async (db: Reader, model_id: string): Promise<{ name: string; version: number }[]> =>
  db.all(OF_LOGGED_MODEL, model_id)

/** What a new version is made of. */
export type NewVersion = {
  readonly status: number
  readonly model: number
  readonly name: string
  readonly version: number
  readonly description: string | null
  readonly created_by: string | null
  readonly source: string
  readonly download_uri: string
  readonly kind: SourceKind
  readonly ref: string | null
  readonly path: string
  readonly run_id: string | null
  readonly run_link: string | null
  readonly model_id: string | null
}

/** Makes a version. */
export async function insertVersion(tx: Writer, made: NewVersion, now_ms: number): Promise<VersionRow> {
  const { kind, ref, path, ...rest } = made
  const source_kind = SOURCE_KIND[kind]
  const files = [made.source, made.download_uri, source_kind, ref, path] as const
  const about = [made.run_id, made.run_link, made.model_id] as const
  const values = [made.model, made.version, made.status, made.description, made.created_by, ...files, ...about, now_ms, now_ms] as const
  const { id } = (await tx.get(INSERT, ...values)) as { id: number }
  const times = { created_ms: now_ms, updated_ms: now_ms }
  return { id, ...rest, stage: 0, status_message: null, source_kind, source_ref: ref, source_path: path, ...times }
}

/** Sets tags; of several values for one key the last counts. */
export async function setVersionTags(tx: Writer, id: number, tags: readonly Tag[]): Promise<void> {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  if (values.size === 0) return
  await tx.runMany(
    SET_TAGS,
    [...values].map(([key, value]) => [id, key, value]),
  )
}

/** Takes a tag away, if it is there. */
export async function deleteVersionTag(tx: Writer, id: number, key: string): Promise<void> {
  await tx.run(DELETE_TAG, id, key)
}

/** Sets or takes away the description. */
export async function describeVersion(tx: Writer, row: VersionRow, description: string | null, now_ms: number): Promise<VersionRow> {
  await tx.run(SET_DESCRIPTION, description, now_ms, row.id)
  return { ...row, description, updated_ms: now_ms }
}

/** Moves a version to a stage. */
export async function setStage(tx: Writer, row: VersionRow, stage: number, now_ms: number): Promise<VersionRow> {
  await tx.run(SET_STAGE, stage, now_ms, row.id)
  return { ...row, stage, updated_ms: now_ms }
}

/** Archives a version. */
export const archiveVersion = (tx: Writer, row: VersionRow, now_ms: number): Promise<VersionRow> => setStage(tx, row, ARCHIVED, now_ms)

/** Archives all versions that are in a stage, but for one. */
export async function archiveOthers(tx: Writer, row: VersionRow, stage: number, now_ms: number): Promise<void> {
  await tx.run(ARCHIVE_OTHERS, now_ms, row.model, stage, row.id)
}

/** Says that nothing of a version is waited for. */
export async function setReady(tx: Writer, row: VersionRow): Promise<VersionRow> {
  await tx.run(SET_READY, row.id)
  return { ...row, status: READY }
}

/** Deletes a version and the aliases that point to it; its number is never given again. */
export async function deleteVersion(tx: Writer, row: VersionRow, now_ms: number): Promise<void> {
  await tx.run(DELETE_ALIASES, row.model, row.version)
  await tx.run(DELETE, now_ms, now_ms, row.id)
}
