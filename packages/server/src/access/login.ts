import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Reader } from '../db/handles.ts'
import { type Authority, type Caller, NOBODY } from '../http/access.ts'
import { ApiError } from '../http/errors.ts'
import { LoginRefused } from '../http/login-record.ts'
import { type Account, accountByName } from './account-store.ts'
import { Attempts } from './attempts.ts'
import { epochOf } from './epoch.ts'
import type { Level } from './level.ts'
import { isPassword, PASSWORD_LENGTH_MAX } from './password.ts'
import { rulesOf } from './rules.ts'
import { withContained } from './scope.ts'
import { looksLikeToken } from './token.ts'
import { tokenBySecret } from './token-store.ts'

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MAX = 20_000
const FAILURES_OF_ONE = 10
const FAILURES_OF_ADDRESS = 100
const HEADER_LENGTH_MAX = 4 * PASSWORD_LENGTH_MAX

type Proven = { readonly caller: Caller; readonly epoch: number; readonly until_ms: number }

/** The authority of a server with login: HTTP Basic with a password or a token, or a token as Bearer. */
export function loginAuthority(db: Reader, everyone: Level): Authority {
  const door = new Door(db)
  return { identify: (request) => door.identify(request), ...rulesOf(everyone) }
}

/**
 * Remembers for minutes who proved to be whom, so that a request does not pay for a hash. What was proven is found by a keyed hash of the
 * header, never by the header, and counts as long as no rights were taken away since (`epoch.ts`).
 */
class Door {
  readonly #db: Reader
  readonly #key = randomBytes(32)
  readonly #proven = new Map<string, Proven>()
  readonly #checks = new Map<string, Promise<Proven>>()
  readonly #attempts = new Attempts(FAILURES_OF_ONE)
  readonly #addresses = new Attempts(FAILURES_OF_ADDRESS)

  constructor(db: Reader) {
    this.#db = db
  }

  async identify({ headers, ip }: FastifyRequest): Promise<Caller> {
    const { authorization } = headers
    if (authorization === undefined) throw unauthenticated()
    if (authorization.length > HEADER_LENGTH_MAX) throw unauthenticated()
    const now_ms = Date.now()
    const epoch = await epochOf(this.#db, now_ms)
    const key = createHmac('sha256', this.#key).update(authorization).digest('base64')
    const known = this.#proven.get(key)
    const counts = known !== undefined && known.epoch === epoch && known.until_ms > now_ms
    const { caller } = counts ? known : await this.#checkOnce(key, authorization, ip, epoch, now_ms)
    return { ...caller, address: ip }
  }

  /** Clients open several connections at once: the same credential from the same address is looked at once. */
  #checkOnce(key: string, header: string, address: string, epoch: number, now_ms: number): Promise<Proven> {
    const at = `${epoch} ${address} ${key}`
    const running = this.#checks.get(at)
    if (running) return running
    const check = this.#check(header, address, epoch, now_ms)
      .then((proven) => {
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
    const who = `${given.name ?? ''} ${address}`
    try {
      this.#addresses.begin(address, now_ms)
      this.#attempts.begin(who, now_ms)
    } catch (error) {
      throw error instanceof ApiError ? new LoginRefused(error, given.name ?? '') : error
    }
    const found = looksLikeToken(given.secret) ? await this.#byToken(given, now_ms) : await this.#byPassword(given, now_ms)
    if (!found) throw new LoginRefused(unauthenticated(), given.name ?? '')
    this.#attempts.succeed(who)
    this.#addresses.succeed(address)
    return { ...found, epoch }
  }

  async #byPassword({ name, secret }: Credential, now_ms: number): Promise<Omit<Proven, 'epoch'> | undefined> {
    if (name === undefined) return undefined
    const account = await accountByName(this.#db, name)
    const isRight = await isPassword(secret, account?.password)
    if (!isRight || !account || account.disabled !== 0) return undefined
    return { caller: callerOf(account), until_ms: now_ms + REMEMBERED_MS }
  }

  async #byToken({ name, secret }: Credential, now_ms: number): Promise<Omit<Proven, 'epoch'> | undefined> {
    const found = await tokenBySecret(this.#db, secret)
    if (found?.disabled !== 0 || (name !== undefined && name !== found.username)) return undefined
    const expires_ms = found.expires_ms ?? Number.POSITIVE_INFINITY
    if (expires_ms <= now_ms) return undefined
    const token = { id: found.token_id, scopes: withContained(found.scopes) }
    const account = { id: found.account, name: found.username, is_admin: found.is_admin }
    return { caller: { ...callerOf(account), token }, until_ms: Math.min(now_ms + REMEMBERED_MS, expires_ms) }
  }
}

const callerOf = ({ id, name, is_admin }: Pick<Account, 'id' | 'name' | 'is_admin'>): Caller => ({
  ...NOBODY,
  user: name,
  user_id: id,
  is_admin: is_admin !== 0,
})

type Credential = { readonly name: string | undefined; readonly secret: string }

function credentialOf(header: string): Credential | undefined {
  const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+)$/i.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return { name: undefined, secret: value }
  if (scheme === '') return undefined
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 || text.includes('\0') ? undefined : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

const unauthenticated = (): ApiError =>
  new ApiError(
    'UNAUTHENTICATED',
    'You are not authenticated. Give a user name and password in MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or a token in ' +
      'MLFLOW_TRACKING_TOKEN.',
    { headers: { 'www-authenticate': 'Basic realm="mlflow"' } },
  )
