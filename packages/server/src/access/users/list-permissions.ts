import { read } from '../../http/endpoint.ts'
import { array, boolean, object } from '../../http/schema.ts'
import { Username } from '../username.ts'
import { PermissionRow, permissionRowsOf } from './permission-row.ts'
import { accountToldTo } from './self.ts'

export const listUserPermissions = read({
  route: 'GET /api/3.0/mlflow/users/permissions/list',
  summary: 'List everything that is granted to a user: to you, or to any as an admin',
  access: { signed_in: 'others than admins are told of themselves only' },
  input: object({ username: Username }),
  output: object({ is_admin: boolean(), permissions: array(PermissionRow) }),
  async handler(db, { username }, { caller }) {
    const account = await accountToldTo(db, caller, username)
    return { is_admin: account.is_admin !== 0, permissions: await permissionRowsOf(db, account.id) }
  },
})
