import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { allAccounts } from '../account-store.ts'
import { ADMINS_ONLY, User, userToWire } from './user.ts'

export const listUsers = read({
  route: 'GET /api/2.0/mlflow/users/list',
  summary: 'List the accounts',
  access: ADMINS_ONLY,
  input: object({}),
  output: object({ users: array(User) }),
  async handler(db) {
    return { users: (await allAccounts(db)).map(userToWire) }
  },
})
