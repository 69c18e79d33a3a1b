import { write } from '../../http/endpoint.ts'
import { object, optional, string } from '../../http/schema.ts'
import { DESCRIPTION_MAX, RegisteredName, VersionNumber } from '../names.ts'
import { ModelVersion } from './model-version.ts'
import { versionToWire } from './version-reader.ts'
import { describeVersion, versionByNumber } from './version-store.ts'

export const updateModelVersion = write({
  route: 'PATCH /api/2.0/mlflow/model-versions/update',
  summary: "Change a model version's description; without one it is taken away",
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber, description: optional(string({ max: DESCRIPTION_MAX })) }),
  output: object({ model_version: ModelVersion }),
  async handler(tx, { name, version, description }, { now_ms }) {
    const row = await versionByNumber(tx, name, version)
    return { model_version: await versionToWire(tx, await describeVersion(tx, row, description ?? null, now_ms)) }
  },
})
