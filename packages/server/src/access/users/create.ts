import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { addAccount } from '../account-store.ts'
import { hashPassword, requireGoodPassword } from '../password.ts'
import { NewUsername } from '../username.ts'
import { userWithGrants } from './grants-of-user.ts'
import { ADMINS_ONLY, Password, UserWithGrants } from './user.ts'

/** Not a `write`: the password is hashed before the transaction begins, which would else wait for it. */
export const createUser = stream({
  route: 'POST /api/2.0/mlflow/users/create',
  summary: 'Make an account',
  access: ADMINS_ONLY,
  input: object({ username: NewUsername, password: Password }),
  answers: 'The account, as users/get answers it',
  takes_body: 'json',
  async handler({ username, password }, { now_ms }, exchange) {
    requireGoodPassword(password, username)
    const hash = await hashPassword(password)
    const made = await exchange.write(async (tx) => userWithGrants(tx, await addAccount(tx, username, hash, now_ms)))
    const body = `{"user":${UserWithGrants.encode(made)}}`
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body }
  },
})
