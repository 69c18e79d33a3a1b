import { write } from '../../http/endpoint.ts'
import { int64, object } from '../../http/schema.ts'
import { managerOf } from '../role.ts'
import { removeRoleGrant } from '../role-store.ts'

export const removeRolePermission = write({
  route: 'DELETE /api/3.0/mlflow/roles/permissions/remove',
  summary: 'Take a grant from a role',
  access: managerOf.role_permission,
  input: object({ role_permission_id: int64({ min: 1 }) }),
  output: object({}),
  async handler(tx, { role_permission_id }) {
    await removeRoleGrant(tx, role_permission_id)
    return {}
  },
})
