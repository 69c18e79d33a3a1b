import { write } from '../../http/endpoint.ts'
import { int64, object } from '../../http/schema.ts'
import { managerOf, RolePermission, RolePermissionLevel } from '../role.ts'
import { changeRoleGrant } from '../role-store.ts'

export const updateRolePermission = write({
  route: 'PATCH /api/3.0/mlflow/roles/permissions/update',
  summary: 'Change a grant of a role',
  access: managerOf.role_permission,
  input: object({ role_permission_id: int64({ min: 1 }), permission: RolePermissionLevel }),
  output: object({ role_permission: RolePermission }),
  async handler(tx, { role_permission_id, permission }) {
    return { role_permission: await changeRoleGrant(tx, role_permission_id, permission) }
  },
})
