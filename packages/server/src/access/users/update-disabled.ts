import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { boolean, object } from '../../http/schema.ts'
import { requireAccount, setDisabled } from '../account-store.ts'
import { Username } from '../username.ts'
import { ADMINS_ONLY } from './user.ts'

export const updateDisabled = write({
  route: 'PATCH /api/2.0/millrace/users/update-disabled',
  summary: 'Shut an account out at once, or let it in again',
  access: ADMINS_ONLY,
  input: object({ username: Username, disabled: boolean() }),
  output: object({}),
  async handler(tx, { username, disabled }, { caller }) {
    const account = await requireAccount(tx, username)
    if (account.id === caller.user_id && disabled)
      throw new ApiError('BAD_REQUEST', 'You would be locked out: ask another admin to do this.')
    await setDisabled(tx, account, disabled)
    return {}
  },
})
