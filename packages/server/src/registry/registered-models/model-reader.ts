import { query, type Reader } from '../../db/handles.ts'
import { latestVersions, versionsToWire } from '../model-versions/index.ts'
import type { RegisteredRow } from '../registered.ts'
import type { RegisteredModel } from './registered-model.ts'

const TAGS = query<[model: number, key: string, value: string]>(
  (dialect) => `select model, key, value from registered_model_tag where ${dialect.inIntegers('model')} order by model, key`,
)
const ALIASES = query<[model: number, alias: string, version: number]>(
  (dialect) => `select model, alias, version from registered_model_alias where ${dialect.inIntegers('model')} order by model, alias`,
)

/** Models as the wire has them, in the order of the rows: a fixed number of selects, however many models. */
export async function registeredToWires(db: Reader, rows: readonly RegisteredRow[]): Promise<RegisteredModel[]> {
  if (rows.length === 0) return []
  const models = new Map(rows.map((row) => [row.id, bare(row)]))
  const ids = db.dialect.list([...models.keys()])
  for (const [model, key, value] of await db.tuples(TAGS, ids)) models.get(model)?.tags.push({ key, value })
  for (const [model, alias, version] of await db.tuples(ALIASES, ids)) models.get(model)?.aliases.push({ alias, version })
  const latest = await latestVersions(db, [...models.keys()])
  const wires = await versionsToWire(db, latest)
  for (const [at, { model }] of latest.entries()) models.get(model)?.latest_versions.push(wires[at] as (typeof wires)[number])
  return rows.map((row) => models.get(row.id) as RegisteredModel)
}

/** One model as the wire has it. */
export const registeredToWire = async (db: Reader, row: RegisteredRow): Promise<RegisteredModel> =>
  (await registeredToWires(db, [row]))[0] as RegisteredModel

const bare = (row: RegisteredRow): RegisteredModel => ({
  name: row.name,
  creation_timestamp: row.created_ms,
  last_updated_timestamp: row.updated_ms,
  user_id: row.created_by ?? undefined,
  description: row.description ?? undefined,
  latest_versions: [],
  tags: [],
  aliases: [],
})
