import type { Dialect } from '../db/dialect.ts'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { ApiError, missing } from '../http/errors.ts'
import { raiseEpoch } from './epoch.ts'
import { addToken } from './token-store.ts'

/** An account as it is stored. */
export type Account = {
  id: number
  name: string
  password: string | null
  is_admin: number
  /** A program's account: it has tokens, and no password. */
  is_service: number
  disabled: number
  created_ms: number
}

const COLUMNS = 'id, name, password, is_admin, is_service, disabled, created_ms'
const BY_NAME = query<Account>(`select ${COLUMNS} from account where name = ?`)
const ALL = query<Account>(`select ${COLUMNS} from account order by name`)
const FOUND = (dialect: Dialect): string =>
  `from account where ${dialect.contains('lower(name)')} and is_service in (?, ?)
   and (cast(? as text) = '' or id in
     (select m.account from account_group_member m join account_group g on g.id = m.account_group where g.name = ?))
   and (cast(? as bigint) = 0 or id in (select account from access_assignment where role = ?))`
const AFTER = query<Account>((dialect) => `select ${COLUMNS} ${FOUND(dialect)} and name > ? order by name limit ?`)
const HOW_MANY = query<{ n: number }>((dialect) => `select count(*) n ${FOUND(dialect)}`)
const BY_ID = query<Account>(`select ${COLUMNS} from account where id = ?`)
const ADD = command(
  `insert into account (name, password, is_admin, is_service, created_ms, password_changed_ms) values (?, ?, 0, ?, ?, ?)
   on conflict (name) do nothing`,
)
const ADD_FIRST = command(
  `insert into account (name, password, is_admin, created_ms)
   select cast(? as text), cast(? as text), 1, ? where not exists (select 1 from account) on conflict (name) do nothing`,
)
const SET_PASSWORD = command('update account set password = ?, password_changed_ms = ? where id = ?')
const DROP_TOKENS = command('delete from account_token where account = ?')
const DROP_SESSIONS = command('delete from account_session where account = ?')
const SET_ADMIN = command('update account set is_admin = ? where id = ?')
const SET_DISABLED = command('update account set disabled = ? where id = ?')
const OTHER_ADMINS = query<{ n: number }>('select count(*) n from account where is_admin = 1 and disabled = 0 and id <> ?')
const REMOVE = command('delete from account where id = ?')

const FIRST_TOKEN_LASTS_MS = 24 * 60 * 60_000

export const accountByName = (db: Reader, name: string): Promise<Account | undefined> | Account | undefined => db.get(BY_NAME, name)
export const accountById = (db: Reader, id: number): Promise<Account | undefined> | Account | undefined => db.get(BY_ID, id)
export const allAccounts = (db: Reader): Promise<Account[]> | Account[] => db.all(ALL)

/** Which accounts are looked for; what is left out narrows nothing. */
export type Wanted = {
  /** A part of the name, in upper or lower case. */
  readonly search?: string | undefined
  readonly is_service?: boolean | undefined
  /** Its members. */
  readonly group?: string | undefined
  /** Those to whom it was given by name. */
  readonly role_id?: number | undefined
}

const valuesOf = ({ search = '', is_service, group = '', role_id = 0 }: Wanted) => {
  const kinds = is_service === undefined ? [0, 1] : is_service ? [1, 1] : [0, 0]
  return [search.toLowerCase(), ...kinds, group, group, role_id, role_id]
}

/** Accounts in the order of their names, after one of them. */
export const accountsAfter = (db: Reader, wanted: Wanted, name: string, limit: number): Promise<Account[]> | Account[] =>
  db.all(AFTER, ...valuesOf(wanted), name, limit)

export const countAccounts = async (db: Reader, wanted: Wanted): Promise<number> => (await db.get(HOW_MANY, ...valuesOf(wanted)))?.n ?? 0

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function requireAccount(db: Reader, name: string): Promise<Account> {
  const account = await db.get(BY_NAME, name)
  if (!account) throw missing(`User with username=${name} not found`)
  return account
}

/**
 * @param password_hash null for one who never signs in with a password: a program, or a person of an identity provider
 * @throws ApiError RESOURCE_ALREADY_EXISTS
 */
export async function addAccount(
  tx: Writer,
  name: string,
  password_hash: string | null,
  now_ms: number,
  is_service = false,
): Promise<Account> {
  if ((await tx.run(ADD, name, password_hash, is_service ? 1 : 0, now_ms, password_hash === null ? null : now_ms)) === 0)
    throw new ApiError('RESOURCE_ALREADY_EXISTS', `User (username=${name}) already exists: take another name.`)
  return requireAccount(tx, name)
}

/**
 * Makes the admin of a database without accounts. Without a password, a token is made that lasts a day: by it the admin sets one.
 * Gives the token, which is stored nowhere; undefined where none was made.
 */
export async function ensureFirstAdmin(tx: Writer, name: string, hash: string | null, now_ms: number): Promise<string | undefined> {
  if ((await tx.run(ADD_FIRST, name, hash, now_ms)) === 0 || hash !== null) return undefined
  const { id } = await requireAccount(tx, name)
  const terms = { name: 'first start', scope: 'manage', expires_ms: now_ms + FIRST_TOKEN_LASTS_MS } as const
  return (await addToken(tx, id, terms, now_ms)).secret
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

/** Shuts the account out, or lets it in again; what it has stays as it is. */
export async function setDisabled(tx: Writer, { id }: Account, disabled: boolean): Promise<void> {
  await tx.run(SET_DISABLED, disabled ? 1 : 0, id)
  if (disabled) await tx.run(DROP_SESSIONS, id)
  await raiseEpoch(tx)
}

/** Removes the account, and with it its grants, tokens and sessions. */
export async function removeAccount(tx: Writer, { id }: Account): Promise<void> {
  await tx.run(REMOVE, id)
  await raiseEpoch(tx)
}

/** Whether somebody else administers the server. */
export const otherAdminLeft = async (db: Reader, { id }: Account): Promise<boolean> => ((await db.get(OTHER_ADMINS, id))?.n ?? 0) > 0
