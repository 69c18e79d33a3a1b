import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { object, optional } from '../../http/schema.ts'
import { managerOf, Role, RoleDescription, RoleId, RoleName } from '../role.ts'
import { changeRole } from '../role-store.ts'

export const updateRole = write({
  route: 'PATCH /api/3.0/mlflow/roles/update',
  summary: 'Rename or describe a role',
  access: managerOf.role,
  input: object({ role_id: RoleId, name: optional(RoleName), description: optional(RoleDescription) }),
  output: object({ role: Role }),
  async handler(tx, { role_id, name, description }) {
    if (name === undefined && description === undefined) {
      throw invalid("At least one of 'name' or 'description' must be provided to update a role.")
    }
    return { role: await changeRole(tx, role_id, name, description) }
  },
})
