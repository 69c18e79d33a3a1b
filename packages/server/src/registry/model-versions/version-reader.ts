import { query, type Reader } from '../../db/handles.ts'
import { type ModelVersion, STATUSES } from './model-version.ts'
import type { VersionRow } from './version-store.ts'

const TAGS = query<[version: number, key: string, value: string]>(
  (dialect) => `select version, key, value from model_version_tag where ${dialect.inIntegers('version')} order by version, key`,
)
const ALIASES = query<[model: number, version: number, alias: string]>(
  (dialect) => `select model, version, alias from registered_model_alias where ${dialect.inIntegers('model')} order by model, alias`,
)

/** Versions as the wire has them, in the order of the rows: two selects, however many versions. */
export async function versionsToWire(db: Reader, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  if (rows.length === 0) return []
  const wires = rows.map(bare)
  const byId = new Map(rows.map((row, at) => [row.id, wires[at] as ModelVersion]))
  const byNumber = new Map(rows.map((row, at) => [`${row.model}/${row.version}`, wires[at] as ModelVersion]))
  for (const [version, key, value] of await db.tuples(TAGS, db.dialect.list([...byId.keys()]))) {
    byId.get(version)?.tags.push({ key, value })
  }
  const models = [...new Set(rows.map(({ model }) => model))]
  for (const [model, version, alias] of await db.tuples(ALIASES, db.dialect.list(models))) {
    byNumber.get(`${model}/${version}`)?.aliases.push(alias)
  }
  return wires
}

/** One version as the wire has it. */
export const versionToWire = async (db: Reader, row: VersionRow): Promise<ModelVersion> =>
  (await versionsToWire(db, [row]))[0] as ModelVersion

export const statusOf = ({ status }: VersionRow): ModelVersion['status'] => STATUSES[status - 1] as ModelVersion['status']

const bare = (row: VersionRow): ModelVersion => ({
  name: row.name,
  version: row.version,
  creation_timestamp: row.created_ms,
  last_updated_timestamp: row.updated_ms,
  user_id: row.created_by ?? undefined,
  current_stage: row.stage,
  description: row.description ?? undefined,
  source: row.source,
  // As MLflow says of a version of no run: clients read the field without asking whether it is there.
  run_id: row.run_id ?? '',
  status: statusOf(row),
  status_message: row.status_message ?? undefined,
  tags: [],
  run_link: row.run_link ?? undefined,
  aliases: [],
  model_id: row.model_id ?? undefined,
})
