import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { Username } from '../username.ts'
import { userWithGrants } from './grants-of-user.ts'
import { UserWithGrants } from './user.ts'

export const getUser = read({
  route: 'GET /api/2.0/mlflow/users/get',
  summary: 'Get an account: your own, or any as an admin',
  access: { signed_in: 'others than admins are told of themselves only' },
  input: object({ username: Username }),
  output: object({ user: UserWithGrants }),
  async handler(db, { username }, { caller }) {
    // The same answer whether there is such an account or not.
    if (!caller.is_admin && username !== caller.user) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    return { user: await userWithGrants(db, await requireAccount(db, username)) }
  },
})
