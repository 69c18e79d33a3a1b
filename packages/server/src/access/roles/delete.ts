import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { managerOf, RoleId } from '../role.ts'
import { removeRole } from '../role-store.ts'

export const deleteRole = write({
  route: 'DELETE /api/3.0/mlflow/roles/delete',
  summary: 'Remove a role; who had it loses what it is granted',
  access: managerOf.role,
  input: object({ role_id: RoleId }),
  output: object({}),
  async handler(tx, { role_id }) {
    await removeRole(tx, role_id)
    return {}
  },
})
