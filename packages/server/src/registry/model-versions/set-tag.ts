import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, refuseOtherKind, refuseReserved, TagKey, TagValue, VersionNumber } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { tellVersionTag } from '../tell.ts'
import { setVersionTags, versionByNumber } from './version-store.ts'

export const setModelVersionTag = write({
  route: 'POST /api/2.0/mlflow/model-versions/set-tag',
  summary: 'Set a tag of a model version',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber, key: TagKey, value: TagValue }),
  output: object({}),
  async handler(tx, { name, version, key, value }, { now_ms }) {
    refuseReserved([{ key }])
    const row = await versionByNumber(tx, name, version)
    refuseOtherKind(await registeredByName(tx, name), [{ key, value }])
    await setVersionTags(tx, row.id, [{ key, value }])
    await tellVersionTag(tx, name, version, key, value, now_ms)
    return {}
  },
})
