import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, refuseReserved, TagKey, VersionNumber } from '../names.ts'
import { tellVersionTag } from '../tell.ts'
import { deleteVersionTag, versionByNumber } from './version-store.ts'

export const deleteModelVersionTag = write({
  route: 'DELETE /api/2.0/mlflow/model-versions/delete-tag',
  summary: 'Delete a tag of a model version; none there is no error',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber, key: TagKey }),
  output: object({}),
  async handler(tx, { name, version, key }, { now_ms }) {
    refuseReserved([{ key }])
    await deleteVersionTag(tx, (await versionByNumber(tx, name, version)).id, key)
    await tellVersionTag(tx, name, version, key, undefined, now_ms)
    return {}
  },
})
