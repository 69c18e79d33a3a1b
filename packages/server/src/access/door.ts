import { hash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../db/database.ts'
import type { Reader } from '../db/handles.ts'
import { type Authority, type Caller, type CallersToken, NOBODY, type OnlyOn } from '../http/access.ts'
import { ApiError } from '../http/errors.ts'
import { type Log, silent } from '../http/log.ts'
import { LoginRefused } from '../http/login-record.ts'
import { type Account, accountById, accountByName } from './account-store.ts'
import { Attempts } from './attempts.ts'
import { cookieOf, isCsrfOf } from './cookies.ts'
import { type Credential, credentialOf, notSignedIn, unauthenticated } from './credential.ts'
import { epochOf } from './epoch.ts'
import type { Level } from './level.ts'
import { covers } from './narrowed.ts'
import { accountOf, type Person, type Provider } from './oidc/index.ts'
import { isPassword, PASSWORD_LENGTH_MAX } from './password.ts'
import { rulesOf, type Walls } from './rules.ts'
import { withContained } from './scope.ts'
import { addSession, noteSessionUse, type Origin, removeSession, sessionBySecret } from './session-store.ts'
import { looksLikeToken } from './token.ts'
import { noteUse, type Token, tokenBySecret } from './token-store.ts'

/** A credential that is in use stays known; one that is not is asked again, and each is after half a day. */
const UNUSED_MS = 15 * 60_000
const REMEMBERED_MS = 12 * 60 * 60_000
/** A token or a session is found anew more often, so that the time of its last use is told. */
const FOUND_ANEW_MS = 5 * 60_000
/** The time of the last use is told to about a minute: a request is no write. */
const USE_TOLD_EVERY_MS = 60_000
const REMEMBERED_MAX = 20_000
const FAILURES_OF_ONE = 10
const FAILURES_OF_ADDRESS = 100
const HEADER_LENGTH_MAX = 4 * PASSWORD_LENGTH_MAX

/** Who proved to be whom, and what of the account it stands on: it holds while the account has that password. */
type Proven = {
  caller: Caller
  epoch: number
  used_ms: number
  readonly until_ms: number
  readonly password?: string | null
}

/** By what a request may prove who makes it. */
type Proof = { readonly by: 'header' | 'cookie'; readonly text: string }

/** Pages that post a form: the token that a script would send in a header is a field of theirs, which they check themselves. */
const FORMS: ReadonlySet<string> = new Set(['/api/2.0/mlflow/users/create-ui', '/ajax-api/2.0/mlflow/users/create-ui'])

export type DoorOptions = {
  readonly static_prefix?: string
  readonly provider?: Provider | undefined
  readonly log?: Log
  readonly walls?: Walls
}

const doors = new WeakMap<object, Door>()

/** The authority of a server with login: HTTP Basic with a password or a token, a token as Bearer, or the cookie of a browser. */
export function loginAuthority(db: Database, everyone: Level, options: DoorOptions = {}): Authority {
  const door = new Door(db, options)
  doors.set(db.reader.identity, door)
  return { identify: (request) => door.identify(request), covers, ...rulesOf(everyone, options.walls) }
}

/** Where people sign in to the server on this database; undefined when nobody does. */
export const doorOf = (db: Reader): Door | undefined => doors.get(db.identity)

/**
 * Remembers who proved to be whom, so that no request but a login pays for a hash. What was proven is found by a keyed hash of the
 * header, never by the header. When rights were taken away since (`epoch.ts`), the account is looked at again, which costs no hash as
 * long as its password is the one that was proven.
 */
export class Door {
  readonly #db: Database
  readonly #key = randomBytes(32).toString('base64')
  readonly #proven = new Map<string, Proven>()
  readonly #checks = new Map<string, Promise<Proven>>()
  readonly #attempts: Attempts
  readonly #static_prefix: string
  /** Where people sign in besides, if anywhere. */
  readonly provider: Provider | undefined
  readonly log: Log

  constructor(db: Database, { static_prefix = '', provider, log = silent }: DoorOptions) {
    this.#db = db
    this.#attempts = new Attempts(db)
    this.#static_prefix = static_prefix
    this.provider = provider
    this.log = log
  }

  async identify(request: FastifyRequest): Promise<Caller> {
    const { headers, ip } = request
    const proof = proofOf(request)
    if (!proof) throw notSignedIn(request, this.#static_prefix)
    if (proof.by === 'cookie' && !this.#isOwnPage(request, proof.text)) throw foreignPage()
    const now_ms = Date.now()
    const epoch = await epochOf(this.#db.reader, now_ms)
    const key = hash('sha256', `${this.#key} ${proof.by} ${proof.text}`, 'base64')
    const known = this.#proven.get(key)
    if (known && (await this.#holds(known, epoch, now_ms))) return { ...known.caller, address: ip }
    try {
      const { caller } = await this.#checkOnce(key, proof, ip, epoch, now_ms)
      return { ...caller, address: ip }
    } catch (error) {
      // A session that has ended is no attempt to guess one.
      if (proof.by === 'cookie' && error instanceof LoginRefused) throw notSignedIn(request, this.#static_prefix)
      const isPage = headers['sec-fetch-mode'] !== undefined
      if (isPage && error instanceof LoginRefused && error.code === 'UNAUTHENTICATED') throw error.withoutPrompt()
      throw error
    }
  }

  /** A browser sends its cookie whatever page asks: what changes something needs what only our own pages know. */
  #isOwnPage({ method, headers, routeOptions }: FastifyRequest, secret: string): boolean {
    if (method === 'GET' || method === 'HEAD') return true
    if (FORMS.has(routeOptions.url?.slice(this.#static_prefix.length) ?? '')) return true
    return isCsrfOf(secret, headers['x-millrace-csrf'])
  }

  /** Whether what was proven once counts still; brings it up to date where the account may have changed. */
  async #holds(known: Proven, epoch: number, now_ms: number): Promise<boolean> {
    if (known.until_ms <= now_ms || now_ms - known.used_ms > UNUSED_MS) return false
    if (known.epoch !== epoch) {
      // A token may be gone, and is quickly found anew.
      if (known.password == null) return false
      const account = await accountById(this.#db.reader, known.caller.user_id)
      if (account?.disabled !== 0 || account.password !== known.password) return false
      known.caller = callerOf(account)
      known.epoch = epoch
    }
    known.used_ms = now_ms
    return true
  }

  /** Clients open several connections at once: the same credential from the same address is looked at once. */
  #checkOnce(key: string, proof: Proof, address: string, epoch: number, now_ms: number): Promise<Proven> {
    const at = `${epoch} ${address} ${key}`
    const running = this.#checks.get(at)
    if (running) return running
    const check = this.#check(proof, address, epoch, now_ms)
      .then((proven) => {
        this.#proven.delete(key)
        if (this.#proven.size >= REMEMBERED_MAX) this.#proven.delete(this.#proven.keys().next().value as string)
        this.#proven.set(key, proven)
        return proven
      })
      .finally(() => this.#checks.delete(at))
    this.#checks.set(at, check)
    return check
  }

  async #check({ by, text }: Proof, address: string, epoch: number, now_ms: number): Promise<Proven> {
    if (by === 'cookie') return this.#bySession(text, epoch, now_ms)
    const given = credentialOf(text)
    if (!given) throw new LoginRefused(unauthenticated(), '')
    const { name, secret } = given
    if (looksLikeToken(secret)) return this.#byToken(given, epoch, now_ms)
    if (name === undefined) throw new LoginRefused(unauthenticated(), '')
    const account = await this.byPassword(name, secret, address, now_ms)
    return { caller: callerOf(account), epoch, used_ms: now_ms, until_ms: now_ms + REMEMBERED_MS, password: account.password }
  }

  /** The account whose password it is; counts against who tries. @throws LoginRefused */
  async byPassword(name: string, password: string, address: string, now_ms: number): Promise<Account> {
    const triers = [
      { who: `address ${address}`, most: FAILURES_OF_ADDRESS },
      { who: `name ${name} ${address}`, most: FAILURES_OF_ONE },
    ]
    try {
      await this.#attempts.begin(triers, now_ms)
    } catch (error) {
      throw error instanceof ApiError ? new LoginRefused(error, name) : error
    }
    const account = await accountByName(this.#db.reader, name)
    const isRight = await isPassword(password, account?.password)
    if (!isRight || !account || account.disabled !== 0) throw new LoginRefused(unauthenticated(), name)
    await this.#attempts.succeed(triers)
    return account
  }

  /** Nobody guesses a token, and finding one costs little: who tries is not locked out, nor are others at the same address. */
  async #byToken({ name, secret }: Credential, epoch: number, now_ms: number): Promise<Proven> {
    const found = await tokenBySecret(this.#db.reader, secret)
    const until_ms = Math.min(now_ms + FOUND_ANEW_MS, found?.expires_ms ?? Number.POSITIVE_INFINITY)
    if (found?.disabled !== 0 || until_ms <= now_ms || (name !== undefined && name !== found.username)) {
      throw new LoginRefused(unauthenticated(), name ?? '')
    }
    const token = tokenOf(found)
    const account = { id: found.account, name: found.username, is_admin: token.of_admin ? 0 : found.is_admin }
    if (now_ms - (found.last_used_ms ?? 0) > USE_TOLD_EVERY_MS) this.#db.write((tx) => noteUse(tx, token.id, now_ms)).catch(() => {})
    return { caller: { ...callerOf(account), token }, epoch, used_ms: now_ms, until_ms }
  }

  async #bySession(secret: string, epoch: number, now_ms: number): Promise<Proven> {
    const found = await sessionBySecret(this.#db.reader, secret, now_ms)
    if (found?.disabled !== 0) throw new LoginRefused(unauthenticated(), '')
    const { session_id, expires_ms, last_used_ms } = found
    if (now_ms - last_used_ms > USE_TOLD_EVERY_MS) this.#db.write((tx) => noteSessionUse(tx, session_id, now_ms)).catch(() => {})
    const account = { id: found.account, name: found.username, is_admin: found.is_admin }
    const until_ms = Math.min(now_ms + FOUND_ANEW_MS, expires_ms)
    return { caller: { ...callerOf(account), session: session_id }, epoch, used_ms: now_ms, until_ms }
  }

  /** Signs a browser in; gives what its cookie holds. */
  signIn({ id }: Pick<Account, 'id'>, origin: Origin, now_ms: number, lasts_ms?: number): Promise<string> {
    return this.#db.write((tx) => addSession(tx, id, origin, now_ms, lasts_ms))
  }

  /** The account of a person who comes from the provider; undefined when they may not come in. */
  async accountOf(person: Person, now_ms: number): Promise<Account | undefined> {
    const { provider } = this
    return provider && this.#db.write((tx) => accountOf(tx, person, provider.settings, now_ms))
  }

  /** Signs the browser out whose cookie it is. */
  async signOut(secret: string, now_ms: number): Promise<void> {
    const found = await sessionBySecret(this.#db.reader, secret, now_ms)
    if (found) await this.#db.write((tx) => removeSession(tx, found.session_id))
  }
}

/** An `Authorization` header goes before a cookie: who sends one knows whom they want to be. */
function proofOf({ headers }: FastifyRequest): Proof | undefined {
  const { authorization } = headers
  if (authorization !== undefined) return authorization.length > HEADER_LENGTH_MAX ? undefined : { by: 'header', text: authorization }
  const secret = cookieOf('session', headers)
  return secret === undefined ? undefined : { by: 'cookie', text: secret }
}

const foreignPage = (): ApiError =>
  new ApiError(
    'PERMISSION_DENIED',
    'Cross-site request blocked: a page that is signed in by a cookie sends the csrf_token of ' +
      'GET /api/2.0/millrace/sessions/current in the header X-Millrace-CSRF.',
  )

function tokenOf({ token_id, scopes, only_on, is_admin }: Token & { is_admin: number }): CallersToken {
  const token = { id: token_id, scopes: withContained(scopes) }
  if (only_on === null) return token
  return { ...token, only_on: JSON.parse(only_on) as OnlyOn, ...(is_admin !== 0 && { of_admin: true }) }
}

const callerOf = ({ id, name, is_admin }: Pick<Account, 'id' | 'name' | 'is_admin'>): Caller => ({
  ...NOBODY,
  user: name,
  user_id: id,
  is_admin: is_admin !== 0,
})
