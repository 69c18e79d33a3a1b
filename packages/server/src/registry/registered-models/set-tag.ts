import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, refuseOtherKind, TagKey, TagValue } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { setRegisteredTags } from './model-store.ts'

export const setRegisteredModelTag = write({
  route: 'POST /api/2.0/mlflow/registered-models/set-tag',
  summary: 'Set a tag of a registered model',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, key: TagKey, value: TagValue }),
  output: object({}),
  async handler(tx, { name, key, value }) {
    const row = await registeredByName(tx, name)
    refuseOtherKind(row, [{ key, value }])
    await setRegisteredTags(tx, row.id, [{ key, value }])
    return {}
  },
})
