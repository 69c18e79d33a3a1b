import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { Assignment, managerOf, RoleId } from '../role.ts'
import { assignmentsOf } from '../role-store.ts'

export const listRoleUsers = read({
  route: 'GET /api/3.0/mlflow/roles/users/list',
  summary: 'List to which users a role was given',
  access: managerOf.role,
  input: object({ role_id: RoleId }),
  output: object({ assignments: array(Assignment) }),
  async handler(db, { role_id }) {
    return { assignments: await assignmentsOf(db, role_id) }
  },
})
