import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { addAccount } from '../account-store.ts'
import { NewUsername } from '../username.ts'
import { ADMINS_ONLY, User, userToWire } from './user.ts'

export const createServiceUser = write({
  route: 'POST /api/2.0/millrace/users/create-service',
  summary: "Make a program's account, which has tokens and no password",
  access: ADMINS_ONLY,
  input: object({ username: NewUsername }),
  output: object({ user: User }),
  async handler(tx, { username }, { now_ms }) {
    return { user: userToWire(await addAccount(tx, username, null, now_ms, true)) }
  },
})
