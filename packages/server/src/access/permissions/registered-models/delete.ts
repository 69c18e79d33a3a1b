import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { removeNamedGrant } from '../named-grants.ts'
import { accountNamed, ModelName, managerOf, notGranted, Username } from '../permission.ts'

export const deleteRegisteredModelPermission = write({
  route: 'DELETE /api/2.0/mlflow/registered-models/permissions/delete',
  summary: 'Take back what a user was granted on a registered model or prompt',
  access: managerOf.registered_model,
  input: object({ name: ModelName, username: Username }),
  output: object({}),
  async handler(tx, { name, username }) {
    const user_id = await accountNamed(tx, username)
    const removed = await removeNamedGrant(tx, user_id, 'registered_model', name)
    if (!removed) throw notGranted('registered_model', name, username)
    return {}
  },
})
