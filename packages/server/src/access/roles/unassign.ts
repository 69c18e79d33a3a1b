import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { managerOf, RoleId } from '../role.ts'
import { unassignRole } from '../role-store.ts'
import { Username } from '../username.ts'

export const unassignRoleFromUser = write({
  route: 'DELETE /api/3.0/mlflow/roles/unassign',
  summary: 'Take a role from a user',
  access: managerOf.role,
  input: object({ username: Username, role_id: RoleId }),
  output: object({}),
  async handler(tx, { username, role_id }) {
    await unassignRole(tx, role_id, (await requireAccount(tx, username)).id)
    return {}
  },
})
