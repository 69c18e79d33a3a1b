import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { ModelVersion } from './model-version.ts'
import { versionToWire } from './version-reader.ts'
import { versionByNumber } from './version-store.ts'

export const getModelVersion = read({
  route: 'GET /api/2.0/mlflow/model-versions/get',
  summary: 'Get a model version',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({ model_version: ModelVersion }),
  handler: async (db, { name, version }) => ({ model_version: await versionToWire(db, await versionByNumber(db, name, version)) }),
})
