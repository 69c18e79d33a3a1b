import { stream } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { object, optional } from '../../http/schema.ts'
import { requireAccount, setPassword } from '../account-store.ts'
import { hashPassword, isPassword, requireGoodPassword } from '../password.ts'
import { Username } from '../username.ts'
import { Password } from './user.ts'

/** Not a `write`: the password is hashed before the transaction begins, which would else wait for it. */
export const updatePassword = stream({
  route: 'PATCH /api/2.0/mlflow/users/update-password',
  summary: 'Change a password: your own, or any as an admin',
  access: { signed_in: 'others than admins can change their own only' },
  input: object({ username: Username, password: Password, current_password: optional(Password) }),
  answers: 'An empty object; tokens and sessions of the account no longer work',
  takes_body: 'json',
  async handler({ username, password, current_password }, { now_ms, caller }, exchange) {
    const isOwn = username === caller.user
    if (!caller.is_admin && !isOwn) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    const before = await requireAccount(exchange.db, username)
    if (before.is_service !== 0)
      throw new ApiError('BAD_REQUEST', 'That is a program’s account, which has no password: make a token for it.')
    // Whoever finds a browser signed in, or an account's token, does not get to keep the account.
    if (isOwn && before.password !== null) {
      if (current_password === undefined) throw invalid('Current password is required when changing your own password.')
      if (!(await isPassword(current_password, before.password))) throw invalid('Current password does not match.')
      if (current_password === password) throw invalid('New password must differ from the current password.')
    }
    requireGoodPassword(password, username)
    const hash = await hashPassword(password)
    await exchange.write(async (tx) => {
      const account = await requireAccount(tx, username)
      if (account.id !== before.id || account.password !== before.password)
        throw new ApiError('RESOURCE_CONFLICT', 'The account was changed by somebody else meanwhile: look at it, and try again.')
      await setPassword(tx, account, hash, now_ms)
    })
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' }
  },
})
