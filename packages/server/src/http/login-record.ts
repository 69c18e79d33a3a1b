import type { FastifyRequest } from 'fastify'
import type { Caller } from './access.ts'
import type { Audit } from './audit.ts'
import { ApiError } from './errors.ts'

const NAME_MAX = 200
const HEARD_OF_EVERY_MS = 60 * 60_000
const REMEMBERED_MAX = 20_000

/**
 * A proof of identity that was not taken: a wrong password, a token that is none, or any at all while somebody is locked out. To its
 * caller it is an error like others; the audit log also records it, under the name that was tried.
 */
export class LoginRefused extends ApiError {
  readonly tried: string

  constructor(error: ApiError, tried: string) {
    super(error.code, error.message, { cause: error, ...(error.headers && { headers: error.headers }) })
    this.tried = tried.slice(0, NAME_MAX)
  }

  /** The same without the header that makes a browser ask for a password in a window of its own. */
  withoutPrompt(): LoginRefused {
    return new LoginRefused(new ApiError(this.code, this.message), this.tried)
  }
}

/** Records who was refused and who came in: each account, from each address, with each token, once an hour. */
export class LoginRecord {
  readonly #audit: Audit
  readonly #heard = new Map<string, number>()

  constructor(audit: Audit) {
    this.#audit = audit
  }

  refused({ code, tried }: LoginRefused, { ip }: FastifyRequest): void {
    this.#audit.recordAlone({
      at_ms: Date.now(),
      action: 'login',
      outcome: 'failed',
      // Nobody has proven to be that account: its id would say more than is known.
      who: { name: tried, id: 0, address: ip },
      on: { kind: 'user', id: tried },
      detail: { why: code === 'REQUEST_LIMIT_EXCEEDED' ? 'locked out' : 'refused' },
    })
  }

  cameIn({ user, user_id, token, session, address }: Caller, now_ms: number): void {
    if (user_id === 0) return
    const key = `${user_id} ${token?.id ?? session ?? ''} ${address}`
    const before = this.#heard.get(key)
    if (before !== undefined && now_ms - before < HEARD_OF_EVERY_MS) return
    this.#heard.delete(key)
    if (this.#heard.size >= REMEMBERED_MAX) this.#heard.delete(this.#heard.keys().next().value as string)
    this.#heard.set(key, now_ms)
    this.#audit.recordAlone({
      at_ms: now_ms,
      action: 'login',
      outcome: 'done',
      who: { name: user, id: user_id, address },
      on: { kind: 'user', id: user },
      detail: { by: token ? `token ${token.id}` : session ? `session ${session}` : 'password' },
    })
  }
}
