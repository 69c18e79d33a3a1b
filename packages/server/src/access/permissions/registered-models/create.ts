import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { addNamedGrant } from '../named-grants.ts'
import { accountNamed, granted, ModelName, managerOf, PermissionLevel, RegisteredModelPermission, Username } from '../permission.ts'

/** The grant is bound to the thing itself: whatever takes its name later has none. */
export const createRegisteredModelPermission = write({
  route: 'POST /api/2.0/mlflow/registered-models/permissions/create',
  summary: 'Grant a user a permission on a registered model or prompt',
  access: managerOf.registered_model,
  input: object({ name: ModelName, username: Username, permission: PermissionLevel }),
  output: object({ registered_model_permission: RegisteredModelPermission }),
  async handler(tx, { name, username, permission }) {
    const user_id = await accountNamed(tx, username)
    const added = await addNamedGrant(tx, user_id, 'registered_model', name, permission)
    if (!added) throw granted('registered_model', name, username)
    return { registered_model_permission: { workspace: 'default', name, user_id, permission } }
  },
})
