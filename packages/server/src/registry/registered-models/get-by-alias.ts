import type { Reader } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { invalid, missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { ModelVersion, newestVersion, type VersionRow, versionByAlias, versionToWire } from '../model-versions/index.ts'
import { AliasName, RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'

/** The version to which an alias points; `latest` is the one with the highest number. */
export const getModelVersionByAlias = read({
  route: 'GET /api/2.0/mlflow/registered-models/alias',
  summary: 'Get the model version to which an alias points',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, alias: AliasName }),
  output: object({ model_version: ModelVersion }),
  async handler(db, { name, alias }) {
    await registeredByName(db, name)
    return { model_version: await versionToWire(db, await rowOf(db, name, alias)) }
  },
})

async function rowOf(db: Reader, name: string, alias: string): Promise<VersionRow> {
  if (alias.toLowerCase() === 'latest') {
    const newest = await newestVersion(db, name)
    if (!newest) throw missing(`Latest version not found for model ${name}.`)
    return newest
  }
  const row = await versionByAlias(db, name, alias)
  // 400 and not 404, as in MLflow: its clients tell by it that the model is there and the alias is not.
  if (!row) throw invalid(`Registered model alias ${alias} not found.`)
  return row
}
