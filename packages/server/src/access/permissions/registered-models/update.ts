import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { changeNamedGrant } from '../named-grants.ts'
import { accountNamed, ModelName, managerOf, notGranted, PermissionLevel, Username } from '../permission.ts'

export const updateRegisteredModelPermission = write({
  route: 'PATCH /api/2.0/mlflow/registered-models/permissions/update',
  summary: 'Change what a user was granted on a registered model or prompt',
  access: managerOf.registered_model,
  input: object({ name: ModelName, username: Username, permission: PermissionLevel }),
  output: object({}),
  async handler(tx, { name, username, permission }) {
    const user_id = await accountNamed(tx, username)
    const changed = await changeNamedGrant(tx, user_id, 'registered_model', name, permission)
    if (!changed) throw notGranted('registered_model', name, username)
    return {}
  },
})
