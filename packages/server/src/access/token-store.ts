import { randomUUID } from 'node:crypto'
import type { Dialect } from '../db/dialect.ts'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import type { OnlyOn } from '../http/access.ts'
import { ApiError, missing } from '../http/errors.ts'
import { raiseEpoch } from './epoch.ts'
import type { Scope } from './scope.ts'
import { hashOfToken, newToken } from './token.ts'

/** A token as it is stored: what it lets in by is not here. */
export type Token = {
  token_id: string
  account: number
  username: string
  name: string
  scopes: Scope
  /** JSON of `OnlyOn`; null where the token is for all that its account may. */
  only_on: string | null
  created_ms: number
  expires_ms: number | null
  last_used_ms: number | null
}

/** What a new token may do, and for how long; without an end where `expires_ms` is null. */
export type Terms = {
  readonly name: string
  readonly scope: Scope
  readonly expires_ms: number | null
  readonly only_on?: OnlyOn | undefined
}

const TOKENS_MAX = 200

const COLUMNS = 't.token_id, t.account, a.name username, t.name, t.scopes, t.only_on, t.created_ms, t.expires_ms, t.last_used_ms'
const FROM = 'from account_token t join account a on a.id = t.account'
const ADD = command(
  'insert into account_token (token_id, account, name, sha256, scopes, only_on, created_ms, expires_ms) values (?, ?, ?, ?, ?, ?, ?, ?)',
)
const COUNT = query<{ n: number }>('select count(*) n from account_token where account = ?')
const DROP_EXPIRED = command('delete from account_token where account = ? and expires_ms <= ?')
const BY_SECRET = query<Token & { is_admin: number; disabled: number }>(
  `select ${COLUMNS}, a.is_admin, a.disabled ${FROM} where t.sha256 = ?`,
)
const BY_ID = query<Token>(`select ${COLUMNS} ${FROM} where t.token_id = ?`)
const OF_ACCOUNT = query<Token>(`select ${COLUMNS} ${FROM} where t.account = ? order by t.created_ms, t.token_id`)
const ALL = query<Token>(`select ${COLUMNS} ${FROM} order by a.name, t.created_ms, t.token_id`)
const FOUND = (dialect: Dialect): string => `${FROM} where (${dialect.contains('lower(a.name)')} or ${dialect.contains('lower(t.name)')})`
const AFTER = query<Token>(
  (dialect) =>
    `select ${COLUMNS} ${FOUND(dialect)} and a.name >= ? and (a.name, t.created_ms, t.token_id) > (?, ?, ?)
     order by a.name, t.created_ms, t.token_id limit ?`,
)
const HOW_MANY = query<{ n: number }>((dialect) => `select count(*) n ${FOUND(dialect)}`)
const REMOVE = command('delete from account_token where token_id = ?')
const USED = command('update account_token set last_used_ms = ? where token_id = ?')

/** Makes a token and gives its secret, which is stored nowhere. @throws ApiError when the account has too many */
export async function addToken(tx: Writer, account: number, terms: Terms, now_ms: number): Promise<{ token: Token; secret: string }> {
  await tx.run(DROP_EXPIRED, account, now_ms)
  const { n } = (await tx.get(COUNT, account)) ?? { n: 0 }
  if (n >= TOKENS_MAX) {
    throw new ApiError('RESOURCE_CONFLICT', `The account has ${n} tokens, and may have ${TOKENS_MAX}: revoke those that are not used.`)
  }
  const secret = newToken()
  const token_id = randomUUID()
  const only_on = terms.only_on ? JSON.stringify(terms.only_on) : null
  await tx.run(ADD, token_id, account, terms.name, hashOfToken(secret), terms.scope, only_on, now_ms, terms.expires_ms)
  return { token: await requireToken(tx, token_id), secret }
}

export const tokenBySecret = (db: Reader, secret: string) => db.get(BY_SECRET, hashOfToken(secret))
export const tokensOf = (db: Reader, account: number): Promise<Token[]> | Token[] => db.all(OF_ACCOUNT, account)
export const allTokens = (db: Reader): Promise<Token[]> | Token[] => db.all(ALL)

/** A place in the list of all tokens. */
export type TokenPlace = { readonly username: string; readonly created_ms: number; readonly token_id: string }

/** Tokens of all accounts whose account or name has a text in it, in the order of accounts, after a place. */
export function tokensAfter(db: Reader, search: string, after: TokenPlace, limit: number): Promise<Token[]> | Token[] {
  const { username, created_ms, token_id } = after
  const wanted = search.toLowerCase()
  return db.all(AFTER, wanted, wanted, username, username, created_ms, token_id, limit)
}

export const countTokens = async (db: Reader, search: string): Promise<number> =>
  (await db.get(HOW_MANY, search.toLowerCase(), search.toLowerCase()))?.n ?? 0

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function requireToken(db: Reader, token_id: string): Promise<Token> {
  const token = await db.get(BY_ID, token_id)
  if (!token) throw noToken(token_id)
  return token
}

/** What is said of a token that is not there, and of one that is somebody else's. */
export const noToken = (token_id: string): ApiError => missing(`There is no token with id=${token_id}.`)

/** The token no longer works: in this process at once, in others on the same database within half a second. */
export async function removeToken(tx: Writer, token_id: string): Promise<void> {
  await tx.run(REMOVE, token_id)
  await raiseEpoch(tx)
}

/** Notes that a token was used. */
export async function noteUse(tx: Writer, token_id: string, now_ms: number): Promise<void> {
  await tx.run(USED, now_ms, token_id)
}
