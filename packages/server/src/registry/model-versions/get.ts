import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { settled } from '../manifests/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { ModelVersion, PENDING } from './model-version.ts'
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
    const row = await versionByNumber(db, name, version)
    if (row.status !== PENDING) return { model_version: await versionToWire(db, row) }
    // MLflow's clients ask at once, and then sleep for three seconds.
    await settled(db.identity, row.id, WAIT_MS)
    return { model_version: await versionToWire(db, await versionByNumber(db, name, version)) }
  },
})
