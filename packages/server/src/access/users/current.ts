import { read } from '../../http/endpoint.ts'
import { boolean, object } from '../../http/schema.ts'
import { User } from './user.ts'

export const getCurrentUser = read({
  route: 'GET /api/2.0/mlflow/users/current',
  summary: 'Tell who makes the request',
  access: { signed_in: 'it tells callers of themselves' },
  input: object({}),
  output: object({ user: User, is_basic_auth: boolean() }),
  async handler(_db, _input, { caller: { user_id, user, is_admin } }) {
    return { user: { id: user_id, username: user, is_admin }, is_basic_auth: user_id !== 0 }
  },
})
