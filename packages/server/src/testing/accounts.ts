import { addAccount, setAdmin } from '../access/account-store.ts'
import type { Level } from '../access/level.ts'
import { covers } from '../access/narrowed.ts'
import { hashPassword } from '../access/password.ts'
import { rulesOf } from '../access/rules.ts'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import { query } from '../db/handles.ts'
import { type Authority, NOBODY, type OnlyOn } from '../http/access.ts'
import { ApiError } from '../http/errors.ts'
import type { House } from '../http/pipeline.ts'
import { type Answer, TestServer } from './server.ts'

const ADD = query<{ id: number }>(
  `insert into account (name, is_admin, created_ms) values (?, ?, 1)
   on conflict (name) do update set is_admin = excluded.is_admin returning id`,
)
const WHO = 'x-test-user'
const BY_TOKEN = 'x-test-token-for'

/** Calls a server in one account's name. */
export type As = {
  readonly name: string
  call(method: string, url: string, payload?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, payload: unknown): Promise<Answer>
  /** Ends the server, with its reader thread: where the database is a file. */
  close(): Promise<void>
}

/** Sent with a request, it comes by a token for these things only. */
export const byTokenFor = (only_on: OnlyOn): Record<string, string> => ({ [BY_TOKEN]: JSON.stringify(only_on) })

/**
 * A server with accounts, of which each request names its own: what they may do is real, that they are who they say is not asked.
 * `as('root')` is an admin.
 */
export async function serverWithAccounts(
  db: Database,
  everyone: Level,
  names: readonly string[],
  house: Partial<House> = {},
  settings: Partial<Settings> = {},
): Promise<(name: string) => As> {
  const ids = new Map<string, number>()
  for (const name of ['root', ...names]) {
    const { id } = (await db.write(async (tx) => tx.get(ADD, name, name === 'root' ? 1 : 0))) as { id: number }
    ids.set(name, id)
  }
  const authority: Authority = {
    identify({ headers }) {
      const user = headers[WHO]
      const user_id = typeof user === 'string' ? ids.get(user) : undefined
      if (typeof user !== 'string' || user_id === undefined) throw new ApiError('UNAUTHENTICATED', 'You are not authenticated.')
      const only_on = headers[BY_TOKEN] ? (JSON.parse(headers[BY_TOKEN] as string) as OnlyOn) : undefined
      if (!only_on) return { ...NOBODY, user, user_id, is_admin: user === 'root' }
      const token = { id: 'token', scopes: ['manage'], only_on, ...(user === 'root' && { of_admin: true as const }) }
      return { ...NOBODY, user, user_id, token }
    },
    covers,
    ...rulesOf(everyone, settings.workspaces ? { default_is_open: false } : undefined),
  }
  const server = new TestServer(db, settings, { ...house, authority })
  return (name) => {
    const call: As['call'] = (method, url, payload, headers = {}) =>
      server.call(method, url, payload, name === '' ? headers : { ...headers, [WHO]: name })
    return {
      name,
      call,
      get: (path) => call('GET', `/api/2.0/mlflow/${path}`),
      post: (path, payload) => call('POST', `/api/2.0/mlflow/${path}`, payload),
      close: () => server.app.close(),
    }
  }
}

/** An account with a password whose hash costs next to nothing: for tests that sign in often. The real cost has tests of its own. */
export async function addPerson(db: Database, name: string, password: string, is_admin = false): Promise<void> {
  const hash = await hashPassword(password, { log2_n: 4, r: 8, p: 1 })
  await db.write(async (tx) => {
    const account = await addAccount(tx, name, hash, Date.now())
    if (is_admin) await setAdmin(tx, account, true)
  })
}
