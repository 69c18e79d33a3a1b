import { read } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { namedGrantOf } from '../named-grants.ts'
import { accountNamed, ModelName, managerOf, notGranted, RegisteredModelPermission, Username } from '../permission.ts'

export const getRegisteredModelPermission = read({
  route: 'GET /api/2.0/mlflow/registered-models/permissions/get',
  summary: 'What a user was granted on a registered model or prompt',
  access: managerOf.registered_model,
  input: object({ name: ModelName, username: Username }),
  output: object({ registered_model_permission: RegisteredModelPermission }),
  async handler(db, { name, username }) {
    const user_id = await accountNamed(db, username)
    const permission = await namedGrantOf(db, user_id, 'registered_model', name)
    if (!permission) throw notGranted('registered_model', name, username)
    return { registered_model_permission: { workspace: 'default', name, user_id, permission } }
  },
})
