import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { managerOf, RoleId, RolePermission } from '../role.ts'
import { roleById } from '../role-store.ts'

export const listRolePermissions = read({
  route: 'GET /api/3.0/mlflow/roles/permissions/list',
  summary: 'List what a role is granted',
  access: managerOf.role,
  input: object({ role_id: RoleId }),
  output: object({ role_permissions: array(RolePermission) }),
  async handler(db, { role_id }) {
    return { role_permissions: (await roleById(db, role_id)).permissions }
  },
})
