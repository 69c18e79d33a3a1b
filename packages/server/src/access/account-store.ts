import { randomUUID } from 'node:crypto'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { ApiError, missing } from '../http/errors.ts'
import { raiseEpoch } from './epoch.ts'
import { hashOfToken, newToken } from './token.ts'

/** An account as it is stored. */
export type Account = { id: number; name: string; password: string | null; is_admin: number; disabled: number }

const COLUMNS = 'id, name, password, is_admin, disabled'
const BY_NAME = query<Account>(`select ${COLUMNS} from account where name = ?`)
const ALL = query<Account>(`select ${COLUMNS} from account order by name`)
const BY_TOKEN = query<Account & { token_id: string; scopes: string; expires_ms: number | null }>(
  `select a.id, a.name, a.password, a.is_admin, a.disabled, t.token_id, t.scopes, t.expires_ms
   from account_token t join account a on a.id = t.account where t.sha256 = ?`,
)
const ADD = command(
  'insert into account (name, password, is_admin, created_ms, password_changed_ms) values (?, ?, ?, ?, ?) on conflict (name) do nothing',
)
const ADD_FIRST = command(
  `insert into account (name, password, is_admin, created_ms)
   select cast(? as text), cast(? as text), 1, ? where not exists (select 1 from account) on conflict (name) do nothing`,
)
const ADD_TOKEN = command(
  "insert into account_token (token_id, account, name, sha256, scopes, created_ms, expires_ms) values (?, ?, ?, ?, 'admin', ?, ?)",
)
const SET_PASSWORD = command('update account set password = ?, password_changed_ms = ? where id = ?')
const DROP_TOKENS = command('delete from account_token where account = ?')
const DROP_SESSIONS = command('delete from account_session where account = ?')
const SET_ADMIN = command('update account set is_admin = ? where id = ?')
const REMOVE = command('delete from account where id = ?')

const FIRST_TOKEN_LASTS_MS = 24 * 60 * 60_000

export const accountByName = (db: Reader, name: string): Promise<Account | undefined> | Account | undefined => db.get(BY_NAME, name)
export const accountByToken = (db: Reader, token: string) => db.get(BY_TOKEN, hashOfToken(token))
export const allAccounts = (db: Reader): Promise<Account[]> | Account[] => db.all(ALL)

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function requireAccount(db: Reader, name: string): Promise<Account> {
  const account = await db.get(BY_NAME, name)
  if (!account) throw missing(`User with username=${name} not found`)
  return account
}

/** @throws ApiError RESOURCE_ALREADY_EXISTS */
export async function addAccount(tx: Writer, name: string, password_hash: string, now_ms: number): Promise<Account> {
  if ((await tx.run(ADD, name, password_hash, 0, now_ms, now_ms)) === 0)
    throw new ApiError('RESOURCE_ALREADY_EXISTS', `User (username=${name}) already exists: take another name.`)
  return requireAccount(tx, name)
}

/**
 * Makes the admin of a database without accounts. Without a password, a token is made that lasts a day: by it the admin sets one.
 * Gives the token, which is stored nowhere; undefined where none was made.
 */
export async function ensureFirstAdmin(tx: Writer, name: string, hash: string | null, now_ms: number): Promise<string | undefined> {
  if ((await tx.run(ADD_FIRST, name, hash, now_ms)) === 0 || hash !== null) return undefined
  const token = newToken()
  const { id } = await requireAccount(tx, name)
  await tx.run(ADD_TOKEN, randomUUID(), id, 'first start', hashOfToken(token), now_ms, now_ms + FIRST_TOKEN_LASTS_MS)
  return token
}

/** What the account could sign in with before no longer works: tokens and sessions go too. */
export async function setPassword(tx: Writer, { id }: Account, hash: string, now_ms: number): Promise<void> {
  await tx.run(SET_PASSWORD, hash, now_ms, id)
  await tx.run(DROP_TOKENS, id)
  await tx.run(DROP_SESSIONS, id)
  await raiseEpoch(tx)
}

export async function setAdmin(tx: Writer, { id }: Account, is_admin: boolean): Promise<void> {
  await tx.run(SET_ADMIN, is_admin ? 1 : 0, id)
  await raiseEpoch(tx)
}

/** Removes the account, and with it its grants, tokens and sessions. */
export async function removeAccount(tx: Writer, { id }: Account): Promise<void> {
  await tx.run(REMOVE, id)
  await raiseEpoch(tx)
}
