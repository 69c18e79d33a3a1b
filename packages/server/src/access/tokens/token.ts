import { enumOf, int64, object, optional, string } from '../../http/schema.ts'
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
  created_ms: int64({ description: 'Milliseconds since 1970' }),
  expires_ms: optional(int64({ description: 'Without it, the token does not expire' })),
  last_used_ms: optional(int64({ description: 'To a few minutes' })),
})

export const tokenToWire = ({ token_id, username, name, scopes, created_ms, expires_ms, last_used_ms }: Row) => ({
  token_id,
  username,
  name,
  scope: scopes,
  created_ms,
  expires_ms: expires_ms ?? undefined,
  last_used_ms: last_used_ms ?? undefined,
})
