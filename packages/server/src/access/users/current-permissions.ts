import { read } from '../../http/endpoint.ts'
import { array, boolean, object } from '../../http/schema.ts'
import { PermissionRow, permissionRowsOf } from './permission-row.ts'

export const listCurrentUserPermissions = read({
  route: 'GET /api/3.0/mlflow/users/current/permissions',
  summary: 'List everything that is granted to you',
  access: { signed_in: 'it tells callers of themselves' },
  input: object({}),
  output: object({ is_admin: boolean(), permissions: array(PermissionRow) }),
  async handler(db, _input, { caller }) {
    return { is_admin: caller.is_admin, permissions: await permissionRowsOf(db, caller.user_id) }
  },
})
