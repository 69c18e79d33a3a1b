import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../db/database.ts'
import { type Authority, type Caller, NOBODY } from '../http/access.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { LoginRefused } from '../http/login-record.ts'
import { type Account, accountById, accountByName } from './account-store.ts'
import { Attempts } from './attempts.ts'
import { type Credential, credentialOf, unauthenticated } from './credential.ts'
import { epochOf } from './epoch.ts'
import type { Level } from './level.ts'
import { isPassword, PASSWORD_LENGTH_MAX } from './password.ts'
import { rulesOf } from './rules.ts'
import { contains, scopeFor, withContained } from './scope.ts'
import { looksLikeToken } from './token.ts'
import { noteUse, tokenBySecret } from './token-store.ts'

/** A credential that is in use stays known; one that is not is asked again, and each is after half a day. */
const UNUSED_MS = 15 * 60_000
const REMEMBERED_MS = 12 * 60 * 60_000
/** A token is found anew more often, so that the time of its last use is told. */
const TOKEN_REMEMBERED_MS = 5 * 60_000
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

/** The authority of a server with login: HTTP Basic with a password or a token, or a token as Bearer. */
export function loginAuthority(db: Database, everyone: Level): Authority {
  const door = new Door(db)
  return { identify: (request) => door.identify(request), covers, ...rulesOf(everyone) }
}

function covers({ token }: Caller, endpoint: Endpoint): ApiError | undefined {
  const needed = scopeFor(endpoint)
  const has = token?.scopes.at(-1)
  if (has === undefined || contains(has, needed)) return undefined
  return new ApiError('PERMISSION_DENIED', `Permission denied: this token is for scope "${has}", and this needs "${needed}".`)
}

/**
 * Remembers who proved to be whom, so that no request but a login pays for a hash. What was proven is found by a keyed hash of the
 * header, never by the header. When rights were taken away since (`epoch.ts`), the account is looked at again, which costs no hash as
 * long as its password is the one that was proven.
 */
export class Door {
  readonly #db: Database
  readonly #key = randomBytes(32)
  readonly #proven = new Map<string, Proven>()
  readonly #checks = new Map<string, Promise<Proven>>()
  readonly #attempts: Attempts

  constructor(db: Database) {
    this.#db = db
    this.#attempts = new Attempts(db)
  }

  async identify({ headers, ip }: FastifyRequest): Promise<Caller> {
    const { authorization } = headers
    if (authorization === undefined || authorization.length > HEADER_LENGTH_MAX) throw unauthenticated()
    const now_ms = Date.now()
    const epoch = await epochOf(this.#db.reader, now_ms)
    const key = createHmac('sha256', this.#key).update(authorization).digest('base64')
    const known = this.#proven.get(key)
    if (known && (await this.#holds(known, epoch, now_ms))) return { ...known.caller, address: ip }
    const { caller } = await this.#checkOnce(key, authorization, ip, epoch, now_ms)
    return { ...caller, address: ip }
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
  #checkOnce(key: string, header: string, address: string, epoch: number, now_ms: number): Promise<Proven> {
    const at = `${epoch} ${address} ${key}`
    const running = this.#checks.get(at)
    if (running) return running
    const check = this.#check(header, address, epoch, now_ms)
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

  async #check(header: string, address: string, epoch: number, now_ms: number): Promise<Proven> {
    const given = credentialOf(header)
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
    const until_ms = Math.min(now_ms + TOKEN_REMEMBERED_MS, found?.expires_ms ?? Number.POSITIVE_INFINITY)
    if (found?.disabled !== 0 || until_ms <= now_ms || (name !== undefined && name !== found.username)) {
      throw new LoginRefused(unauthenticated(), name ?? '')
    }
    const token = { id: found.token_id, scopes: withContained(found.scopes) }
    const account = { id: found.account, name: found.username, is_admin: found.is_admin }
    this.#db.write((tx) => noteUse(tx, token.id, now_ms)).catch(() => {})
    return { caller: { ...callerOf(account), token }, epoch, used_ms: now_ms, until_ms }
  }
}

const callerOf = ({ id, name, is_admin }: Pick<Account, 'id' | 'name' | 'is_admin'>): Caller => ({
  ...NOBODY,
  user: name,
  user_id: id,
  is_admin: is_admin !== 0,
})
