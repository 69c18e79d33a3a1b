import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { recordAliasGone } from '../gates/index.ts'
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
  async handler(tx, { name, alias }, { now_ms, caller }) {
    const { id } = await registeredByName(tx, name)
    // What is taken away serves nobody: that needs nobody's leave, and is on record.
    await recordAliasGone(tx, id, alias, { caller, now_ms, what: 'delete' })
    await deleteAlias(tx, id, alias)
    await tellAlias(tx, name, alias, undefined, now_ms)
    return {}
  },
})
