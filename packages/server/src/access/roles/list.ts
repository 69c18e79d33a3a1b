import { read } from '../../http/endpoint.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { Role, WorkspaceName } from '../role.ts'
import { rolesOf } from '../role-store.ts'

export const listRoles = read({
  route: 'GET /api/3.0/mlflow/roles/list',
  summary: 'List the roles of workspaces, or of all as an admin',
  access: {
    permission: 'manage',
    on: ({ workspace }) => (workspace.length > 0 ? workspace.map((one) => ({ roles_of_workspace: one })) : { server: 'roles' }),
    unseen: 'denied',
  },
  input: object({ workspace: withDefault(array(WorkspaceName, { max: 100 }), []) }),
  output: object({ roles: array(Role) }),
  async handler(db, { workspace }) {
    return { roles: await rolesOf(db, workspace) }
  },
})
