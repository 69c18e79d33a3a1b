import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { ModelVersion } from './model-version.ts'
import { onceRegistered } from './registration.ts'
import { versionToWire } from './version-reader.ts'
import { versionByNumber } from './version-store.ts'

const WAIT_MS = 1_500

export const getModelVersion = read({
  route: 'GET /api/2.0/mlflow/model-versions/get',
  summary: 'Get a model version',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({ model_version: ModelVersion }),
  async handler(db, { name, version }) {
    // MLflow's clients ask at once, and then sleep for three seconds.
    const row = await onceRegistered(db, await versionByNumber(db, name, version), WAIT_MS)
    return { model_version: await versionToWire(db, row) }
  },
})
