import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { managerOf, ResourcePattern, ResourceTypeName, RoleId, RolePermission, RolePermissionLevel } from '../role.ts'
import { grantToRole } from '../role-store.ts'

/** The grant is bound to the thing itself: whatever takes its name later has none. */
export const addRolePermission = write({
  route: 'POST /api/3.0/mlflow/roles/permissions/add',
  summary: 'Grant a role a permission on a thing, or on all of a kind',
  access: managerOf.role,
  input: object({ role_id: RoleId, resource_type: ResourceTypeName, resource_pattern: ResourcePattern, permission: RolePermissionLevel }),
  output: object({ role_permission: RolePermission }),
  async handler(tx, { role_id, resource_type, resource_pattern, permission }) {
    return { role_permission: await grantToRole(tx, role_id, resource_type, resource_pattern, permission) }
  },
})
