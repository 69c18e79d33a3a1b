import type { Reader } from '../../db/handles.ts'
import { array, enumOf, int64, object, optional, string } from '../../http/schema.ts'
import { namesOf } from '../only-on.ts'
import { SCOPES } from '../scope.ts'
import type { Token as Row } from '../token-store.ts'

export const Scope = enumOf(SCOPES, {
  description: 'What a token may be used for, at most what its account may; each word contains those before it',
})

/** A token as it is told: never by what it lets in. */
export const Token = object({
  token_id: string(),
  username: string(),
  name: string(),
  scope: Scope,
  experiment_ids: optional(array(string())),
  registered_models: optional(array(string())),
  created_ms: int64({ description: 'Milliseconds since 1970' }),
  expires_ms: optional(int64({ description: 'Without it, the token does not expire' })),
  last_used_ms: optional(int64({ description: 'To a few minutes' })),
})

/** Tokens with the names of what they are narrowed to. */
export async function tokensToWire(db: Reader, rows: readonly Row[]) {
  const narrowed = await namesOf(db, rows)
  return rows.map(({ token_id, username, name, scopes, created_ms, expires_ms, last_used_ms }, at) => ({
    token_id,
    username,
    name,
    scope: scopes,
    ...narrowed[at],
    created_ms,
    expires_ms: expires_ms ?? undefined,
    last_used_ms: last_used_ms ?? undefined,
  }))
}
