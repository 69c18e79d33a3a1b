import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { array, object, optional } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { tokensOf } from '../token-store.ts'
import { Username } from '../username.ts'
import { Token, tokensToWire } from './token.ts'

export const listTokens = read({
  route: 'GET /api/2.0/millrace/tokens/list',
  summary: 'List your API tokens or, as an admin, those of any account',
  access: { signed_in: 'others than admins are told of their own' },
  input: object({ username: optional(Username) }),
  output: object({ tokens: array(Token) }),
  async handler(db, { username = '' }, { caller }) {
    const isOwn = username === '' || username === caller.user
    // The same answer whether there is such an account or not.
    if (!isOwn && !caller.is_admin) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    const account = isOwn ? caller.user_id : (await requireAccount(db, username)).id
    return { tokens: await tokensToWire(db, await tokensOf(db, account)) }
  },
})
