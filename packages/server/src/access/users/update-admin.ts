import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { boolean, object } from '../../http/schema.ts'
import { requireAccount, setAdmin } from '../account-store.ts'
import { Username } from '../username.ts'
import { ADMINS_ONLY } from './user.ts'

export const updateAdmin = write({
  route: 'PATCH /api/2.0/mlflow/users/update-admin',
  summary: 'Make an account an admin, or no longer one',
  access: ADMINS_ONLY,
  input: object({ username: Username, is_admin: boolean() }),
  output: object({}),
  async handler(tx, { username, is_admin }, { caller }) {
    const account = await requireAccount(tx, username)
    if (account.id === caller.user_id && !is_admin)
      throw new ApiError('BAD_REQUEST', 'You would be locked out: ask another admin to do this.')
    await setAdmin(tx, account, is_admin)
    return {}
  },
})
