import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { noToken, removeToken, requireToken } from '../token-store.ts'

export const revokeToken = write({
  route: 'POST /api/2.0/millrace/tokens/revoke',
  summary: 'End an API token of yours or, as an admin, of anybody',
  access: { signed_in: 'others than admins end their own' },
  input: object({ token_id: string({ min: 1, max: 64 }) }),
  output: object({}),
  async handler(tx, { token_id }, { caller }) {
    const { account } = await requireToken(tx, token_id)
    // The same answer whether there is such a token or not.
    if (account !== caller.user_id && !caller.is_admin) throw noToken(token_id)
    await removeToken(tx, token_id)
    return {}
  },
})
