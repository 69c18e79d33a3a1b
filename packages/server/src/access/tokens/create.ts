import type { Reader } from '../../db/handles.ts'
import type { Caller } from '../../http/access.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { int64, object, optional, type Static, string, withDefault } from '../../http/schema.ts'
import { type Account, accountById, requireAccount } from '../account-store.ts'
import { onlyOnFields, onlyOnOf, thingsNamed } from '../only-on.ts'
import { contains, type Scope as ScopeName } from '../scope.ts'
import { addToken, requireToken } from '../token-store.ts'
import { Username } from '../username.ts'
import { Scope, Token, tokensToWire } from './token.ts'

const LASTS_S = 90 * 86_400
const LASTS_MAX_S = 3_660 * 86_400

export const createToken = write({
  route: 'POST /api/2.0/millrace/tokens/create',
  summary: 'Make an API token for yourself or, as an admin, for a program',
  access: { signed_in: 'it is the caller’s own; those of programs are made by admins', reads: thingsNamed },
  input: object({
    name: string({ min: 1, max: 256, pattern: /^\P{Cc}+$/u, description: 'What it is for' }),
    scope: withDefault(Scope, 'write'),
    expires_in_s: withDefault(int64({ min: 0, max: LASTS_MAX_S, description: '0: never' }), LASTS_S),
    username: optional(Username),
    ...onlyOnFields,
  }),
  output: object({ token: Token, secret: string({ description: 'Shown this once, and stored nowhere' }) }),
  async handler(tx, { name, scope, expires_in_s, username, ...named }, { caller, now_ms }) {
    const account = await ownerOf(tx, caller, username)
    const expires_ms = expires_in_s === 0 ? null : now_ms + expires_in_s * 1000
    await requireNotMore(tx, caller, scope, expires_ms)
    const { token, secret } = await addToken(tx, account.id, { name, scope, expires_ms, only_on: await onlyOnOf(tx, named) }, now_ms)
    return { token: (await tokensToWire(tx, [token]))[0] as Static<typeof Token>, secret }
  },
})

/** Not even an admin signs in as another person: what that one did would no longer be known. */
async function ownerOf(tx: Reader, caller: Caller, username: string | undefined): Promise<Account> {
  if (username === undefined || username === caller.user) {
    const own = await accountById(tx, caller.user_id)
    if (own) return own
    throw new ApiError('BAD_REQUEST', 'Nobody signs in to this server, so there is nobody to make a token for: see --auth.')
  }
  if (!caller.is_admin) throw new ApiError('PERMISSION_DENIED', 'Permission denied: tokens of others are made by admins.')
  const account = await requireAccount(tx, username)
  if (account.is_service !== 0) return account
  throw new ApiError('BAD_REQUEST', 'That is a person’s account: they make their tokens themselves. Admins make those of programs.')
}

/** A token that was found somewhere can't be turned into one that may more or lives longer. */
async function requireNotMore(tx: Reader, { token }: Caller, scope: ScopeName, expires_ms: number | null): Promise<void> {
  if (!token) return
  const by = await requireToken(tx, token.id)
  if (contains(by.scopes, scope) && (by.expires_ms === null || (expires_ms !== null && expires_ms <= by.expires_ms))) return
  throw new ApiError('PERMISSION_DENIED', 'Permission denied: a token makes none that may more than itself, or that lives longer.')
}
