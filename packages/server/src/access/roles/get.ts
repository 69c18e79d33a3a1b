import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { managerOf, Role, RoleId } from '../role.ts'
import { roleById } from '../role-store.ts'

export const getRole = read({
  route: 'GET /api/3.0/mlflow/roles/get',
  summary: 'Get a role with what it is granted',
  access: managerOf.role,
  input: object({ role_id: RoleId }),
  output: object({ role: Role }),
  async handler(db, { role_id }) {
    return { role: await roleById(db, role_id) }
  },
})
