import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { array, boolean, object, optional, withDefault } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { allTokens, tokensOf } from '../token-store.ts'
import { Username } from '../username.ts'
import { Token, tokensToWire } from './token.ts'

export const listTokens = read({
  route: 'GET /api/2.0/millrace/tokens/list',
  summary: 'List your API tokens or, as an admin, those of any account',
  access: { signed_in: 'others than admins are told of their own' },
  input: object({
    username: optional(Username),
    all: withDefault(boolean({ description: 'Those of all accounts, as an admin' }), false),
  }),
  output: object({ tokens: array(Token) }),
  async handler(db, { username = '', all }, { caller }) {
    const isOwn = !all && (username === '' || username === caller.user)
    // The same answer whether there is such an account or not.
    if (!isOwn && !caller.is_admin) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    if (all) return { tokens: await tokensToWire(db, await allTokens(db)) }
    const account = isOwn ? caller.user_id : (await requireAccount(db, username)).id
    return { tokens: await tokensToWire(db, await tokensOf(db, account)) }
  },
})
