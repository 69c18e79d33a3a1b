import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, refuseOtherKind, TagKey, TagValue } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { tellModelTag } from '../tell.ts'
import { setRegisteredTags } from './model-store.ts'

export const setRegisteredModelTag = write({
  route: 'POST /api/2.0/mlflow/registered-models/set-tag',
  summary: 'Set a tag of a registered model',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, key: TagKey, value: TagValue }),
  output: object({}),
  async handler(tx, { name, key, value }, { now_ms }) {
    const row = await registeredByName(tx, name)
    refuseOtherKind(row, [{ key, value }])
    await setRegisteredTags(tx, row.id, [{ key, value }])
    await tellModelTag(tx, row, key, value, now_ms)
    return {}
  },
})
