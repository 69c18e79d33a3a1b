import { write } from '../../http/endpoint.ts'
import { object, optional } from '../../http/schema.ts'
import { Role, RoleDescription, RoleName, WorkspaceName } from '../role.ts'
import { addRole } from '../role-store.ts'

export const createRole = write({
  route: 'POST /api/3.0/mlflow/roles/create',
  summary: 'Make a role in a workspace',
  access: { permission: 'manage', on: ({ workspace }) => ({ roles_of_workspace: workspace }), unseen: 'denied' },
  input: object({ name: RoleName, workspace: WorkspaceName, description: optional(RoleDescription) }),
  output: object({ role: Role }),
  async handler(tx, { name, workspace, description }) {
    return { role: await addRole(tx, workspace, name, description) }
  },
})
