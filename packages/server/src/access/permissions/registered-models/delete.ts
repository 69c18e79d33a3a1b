import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { removeGrant } from '../../grants.ts'
import { accountNamed, ModelName, notGranted, targetLookedFor, Username } from '../permission.ts'

export const deleteRegisteredModelPermission = write({
  route: 'DELETE /api/2.0/mlflow/registered-models/permissions/delete',
  summary: 'Take back what a user was granted on a registered model or prompt',
  access: { permission: 'manage', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: ModelName, username: Username }),
  output: object({}),
  async handler(tx, { name, username }) {
    const user_id = await accountNamed(tx, username)
    const removed = await removeGrant(tx, user_id, 'registered_model', await targetLookedFor(tx, { registered_model: name }))
    if (!removed) throw notGranted('registered_model', name, username)
    return {}
  },
})
