import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { Role } from '../role.ts'
import { rolesOfAccount } from '../role-store.ts'
import { Username } from '../username.ts'
import { accountToldTo } from './self.ts'

export const listUserRoles = read({
  route: 'GET /api/3.0/mlflow/users/roles/list',
  summary: 'List the roles of a user: your own, or any as an admin',
  access: { signed_in: 'others than admins are told of themselves only' },
  input: object({ username: Username }),
  output: object({ roles: array(Role) }),
  async handler(db, { username }, { caller }) {
    return { roles: await rolesOfAccount(db, (await accountToldTo(db, caller, username)).id) }
  },
})
