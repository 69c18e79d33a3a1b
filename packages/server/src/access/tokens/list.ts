import type { Reader } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { countTokens, type TokenPlace, tokensAfter, tokensOf } from '../token-store.ts'
import { Username } from '../username.ts'
import { Token, tokensToWire } from './token.ts'

const ALL = 0
const START: TokenPlace = { username: '', created_ms: 0, token_id: '' }

export const listTokens = read({
  route: 'GET /api/2.0/millrace/tokens/list',
  summary: 'List your API tokens or, as an admin, those of any account',
  access: { signed_in: 'others than admins are told of their own' },
  heavy: import.meta.url,
  input: object({
    username: optional(Username),
    all: withDefault(boolean({ description: 'Those of all accounts, as an admin' }), false),
    search: withDefault(string({ max: 256, description: 'With `all`: a part of the account or of the name' }), ''),
    max_results: withDefault(int64({ min: ALL, max: 1_000, description: 'With `all`: how many at once; 0 stands for all' }), ALL),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({
    tokens: array(Token),
    total: optional(int64({ description: 'How many are found in all; told where they come in pages' })),
    next_page_token: optional(string()),
  }),
  async handler(db, { username = '', all, ...asked }, { caller }) {
    const isOwn = !all && (username === '' || username === caller.user)
    // The same answer whether there is such an account or not.
    if (!isOwn && !caller.is_admin) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
    if (all) return pageOfAll(db, asked)
    const account = isOwn ? caller.user_id : (await requireAccount(db, username)).id
    return { tokens: await tokensToWire(db, await tokensOf(db, account)) }
  },
})

async function pageOfAll(db: Reader, { search, max_results, page_token }: { search: string; max_results: number; page_token: string }) {
  const purpose = JSON.stringify(['tokens/list 1', search])
  const after = page_token === '' ? START : await openPage<TokenPlace>(db, purpose, page_token)
  const found = await tokensAfter(db, search, after, max_results === ALL ? Number.MAX_SAFE_INTEGER : max_results + 1)
  if (max_results === ALL) return { tokens: await tokensToWire(db, found) }
  const page = found.slice(0, max_results)
  const answer = { tokens: await tokensToWire(db, page), total: await countTokens(db, search) }
  const last = page.at(-1)
  if (found.length <= max_results || !last) return answer
  const { username, created_ms, token_id } = last
  return { ...answer, next_page_token: await sealPage(db, purpose, { username, created_ms, token_id } satisfies TokenPlace) }
}
