import {
  type Account,
  addAccount,
  allAccounts,
  otherAdminLeft,
  removeAccount,
  requireAccount,
  setAdmin,
  setDisabled,
  setPassword,
} from '../access/account-store.ts'
import { type Named, namesOf, onlyOnOf } from '../access/only-on.ts'
import { hashPassword, requireGoodPassword } from '../access/password.ts'
import type { Scope } from '../access/scope.ts'
import { addToken, allTokens, removeToken, requireToken, type Token, tokensOf } from '../access/token-store.ts'
import { requireUsername } from '../access/username.ts'
import type { Reader, Writer } from '../db/handles.ts'
import type { Location } from '../db/location.ts'
import { readWithin } from '../db/within.ts'
import { recordBeside } from '../events/audit/index.ts'
import type { Secret } from '../secret.ts'
import { DEFAULT_NAME, workspaceNamed } from '../workspaces/index.ts'
import { withCurrent } from './opened.ts'

/** An account, for a person at the terminal. */
export type AccountLine = {
  readonly name: string
  readonly is_admin: boolean
  readonly is_service: boolean
  readonly disabled: boolean
  readonly has_password: boolean
  readonly created_ms: number
}
export type TokenLine = Omit<Token, 'account' | 'only_on'> & Named

/** The command is recorded as the operator's: who may open the database may do all of this. */
const OPERATOR = { name: 'operator', id: 0, address: '' }

const change = <T>(location: Location, action: string, on: string, work: (tx: Writer, now_ms: number) => Promise<T>): Promise<T> =>
  withCurrent(location, (db) =>
    db.write(async (tx) => {
      const at_ms = Date.now()
      const done = await work(tx, at_ms)
      const kind = action.startsWith('token') ? 'token' : 'user'
      await recordBeside(tx, { at_ms, action: `millrace ${action}`, outcome: 'done', who: OPERATOR, on: { kind, id: on } })
      return done
    }),
  )

/** Makes an account; without a password it is a program's, which signs in with tokens. @throws ApiError when the name is taken */
export async function createAccount(
  location: Location,
  name: string,
  password: Secret | undefined,
  options: { readonly is_admin?: boolean } = {},
): Promise<void> {
  requireUsername(name)
  const hash = password ? await hashOf(password, name) : null
  await change(location, 'users create', name, async (tx, now_ms) => {
    const account = await addAccount(tx, name, hash, now_ms, password === undefined)
    if (options.is_admin) await setAdmin(tx, account, true)
  })
}

/** Sets a password, and ends what the account was signed in by. @throws ApiError when there is no such account */
export async function setAccountPassword(location: Location, name: string, password: Secret): Promise<void> {
  const hash = await hashOf(password, name)
  await change(location, 'users set-password', name, async (tx, now_ms) => {
    const account = await requireAccount(tx, name)
    if (account.is_service !== 0) throw new Error(`${name} is a program's account and has no password: make a token for it.`)
    await setPassword(tx, account, hash, now_ms)
  })
}

export const listAccounts = (location: Location): Promise<AccountLine[]> =>
  withCurrent(location, async (db) => (await allAccounts(db.reader)).map(lineOf))

export const deleteAccount = (location: Location, name: string): Promise<void> =>
  change(location, 'users delete', name, async (tx) => {
    const account = await requireAccount(tx, name)
    await requireOtherAdmin(tx, account)
    await removeAccount(tx, account)
  })

/** Shuts an account out at once, or lets it in again. */
export const disableAccount = (location: Location, name: string, disabled: boolean): Promise<void> =>
  change(location, disabled ? 'users disable' : 'users enable', name, async (tx) => {
    const account = await requireAccount(tx, name)
    if (disabled) await requireOtherAdmin(tx, account)
    await setDisabled(tx, account, disabled)
  })

export const makeAdmin = (location: Location, name: string, is_admin: boolean): Promise<void> =>
  change(location, is_admin ? 'users make-admin' : 'users make-admin --undo', name, async (tx) => {
    const account = await requireAccount(tx, name)
    if (!is_admin) await requireOtherAdmin(tx, account)
    await setAdmin(tx, account, is_admin)
  })

/** Makes a token and gives its secret, which is stored nowhere. */
export const createToken = (
  location: Location,
  username: string,
  terms: { readonly name: string; readonly scope: Scope; readonly lasts_ms: number | null } & Named & { readonly workspace?: string },
): Promise<{ token: TokenLine; secret: string }> =>
  change(location, 'tokens create', username, async (tx, now_ms) => {
    const { name, scope, lasts_ms, workspace = DEFAULT_NAME } = terms
    const only_on = await onlyOnOf(readWithin(tx, await workspaceNamed(tx, workspace, now_ms)), terms)
    const { id } = await requireAccount(tx, username)
    const { token, secret } = await addToken(
      tx,
      id,
      { name, scope, expires_ms: lasts_ms === null ? null : now_ms + lasts_ms, only_on },
      now_ms,
    )
    return { token: (await linesOf(tx, [token]))[0] as TokenLine, secret }
  })

/** The tokens of one account, or of all. */
export const listTokens = (location: Location, username: string | undefined): Promise<TokenLine[]> =>
  withCurrent(location, async ({ reader }) =>
    linesOf(reader, await (username === undefined ? allTokens(reader) : tokensOf(reader, (await requireAccount(reader, username)).id))),
  )

export const revokeToken = (location: Location, token_id: string): Promise<TokenLine> =>
  change(location, 'tokens revoke', token_id, async (tx) => {
    const token = await requireToken(tx, token_id)
    await removeToken(tx, token_id)
    return (await linesOf(tx, [token]))[0] as TokenLine
  })

async function linesOf(db: Reader, tokens: readonly Token[]): Promise<TokenLine[]> {
  const narrowed = await namesOf(db, tokens)
  return tokens.map(({ account: _, only_on: __, ...token }, at) => ({ ...token, ...narrowed[at] }))
}

async function hashOf(password: Secret, name: string): Promise<string> {
  requireGoodPassword(password.reveal(), name)
  return hashPassword(password.reveal())
}

async function requireOtherAdmin(tx: Writer, account: Account): Promise<void> {
  if (account.is_admin === 0 || (await otherAdminLeft(tx, account))) return
  throw new Error(`${account.name} is the last administrator: make another one first (millrace users make-admin).`)
}

const lineOf = ({ name, is_admin, is_service, disabled, password, created_ms }: Account): AccountLine => ({
  name,
  is_admin: is_admin !== 0,
  is_service: is_service !== 0,
  disabled: disabled !== 0,
  has_password: password !== null,
  created_ms,
})
