import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { Assignment, managerOf, RoleId } from '../role.ts'
import { assignRole } from '../role-store.ts'
import { Username } from '../username.ts'

export const assignRoleToUser = write({
  route: 'POST /api/3.0/mlflow/roles/assign',
  summary: 'Give a role to a user',
  access: managerOf.role,
  input: object({ username: Username, role_id: RoleId }),
  output: object({ assignment: Assignment }),
  async handler(tx, { username, role_id }) {
    return { assignment: await assignRole(tx, role_id, (await requireAccount(tx, username)).id) }
  },
})
