import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { removeAccount, requireAccount } from '../account-store.ts'
import { Username } from '../username.ts'
import { ADMINS_ONLY } from './user.ts'

export const deleteUser = write({
  route: 'DELETE /api/2.0/mlflow/users/delete',
  summary: 'Remove an account with its grants, tokens and sessions',
  access: ADMINS_ONLY,
  input: object({ username: Username }),
  output: object({}),
  async handler(tx, { username }, { caller }) {
    const account = await requireAccount(tx, username)
    if (account.id === caller.user_id) throw new ApiError('BAD_REQUEST', 'Users cannot delete their own account: ask another admin.')
    await removeAccount(tx, account)
    return {}
  },
})
