import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { AliasName, RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { tellAlias } from '../tell.ts'
import { deleteAlias } from './model-store.ts'

export const deleteRegisteredModelAlias = write({
  route: 'DELETE /api/2.0/mlflow/registered-models/alias',
  summary: 'Delete an alias of a registered model; none there is no error',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, alias: AliasName }),
  output: object({}),
  async handler(tx, { name, alias }, { now_ms }) {
    await deleteAlias(tx, (await registeredByName(tx, name)).id, alias)
    await tellAlias(tx, name, alias, undefined, now_ms)
    return {}
  },
})
