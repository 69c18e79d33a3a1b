import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, TagKey } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { tellModelTag } from '../tell.ts'
import { deleteRegisteredTag } from './model-store.ts'

export const deleteRegisteredModelTag = write({
  route: 'DELETE /api/2.0/mlflow/registered-models/delete-tag',
  summary: 'Delete a tag of a registered model; none there is no error',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, key: TagKey }),
  output: object({}),
  async handler(tx, { name, key }, { now_ms }) {
    const model = await registeredByName(tx, name)
    await deleteRegisteredTag(tx, model, key)
    await tellModelTag(tx, model, key, undefined, now_ms)
    return {}
  },
})
