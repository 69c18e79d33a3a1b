import { hash, randomBytes, randomUUID } from 'node:crypto'
import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { missing } from '../http/errors.ts'
import { raiseEpoch } from './epoch.ts'

/** A browser that is signed in, as it is stored: what its cookie holds is not here. */
export type Session = {
  session_id: string
  account: number
  username: string
  /** `password`, or the issuer whose people signed in there. */
  method: string
  address: string
  agent: string
  created_ms: number
  last_used_ms: number
  expires_ms: number
}

/** From where somebody signs in, and by what. */
export type Origin = Pick<Session, 'method' | 'address' | 'agent'>

const LASTS_MS = 7 * 86_400_000
const UNUSED_MS = 86_400_000
const AGENT_MAX = 300

const COLUMNS = 's.session_id, s.account, a.name username, s.method, s.address, s.agent, s.created_ms, s.last_used_ms, s.expires_ms'
const FROM = 'from account_session s join account a on a.id = s.account'
const ADD = command(
  `insert into account_session (sha256, session_id, account, method, address, agent, created_ms, last_used_ms, expires_ms)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
const BY_SECRET = query<Session & { is_admin: number; disabled: number }>(
  `select ${COLUMNS}, a.is_admin, a.disabled ${FROM} where s.sha256 = ? and s.expires_ms > ? and s.last_used_ms > ?`,
)
const BY_ID = query<Session>(`select ${COLUMNS} ${FROM} where s.session_id = ?`)
const OF_ACCOUNT = query<Session>(
  `select ${COLUMNS} ${FROM} where s.account = ? and s.expires_ms > ? and s.last_used_ms > ? order by s.created_ms desc, s.session_id`,
)
const USED = command('update account_session set last_used_ms = ? where session_id = ?')
const REMOVE = command('delete from account_session where session_id = ?')
const DROP_EXPIRED = command('delete from account_session where expires_ms <= ? or last_used_ms <= ?')

const hashOf = (secret: string): string => hash('sha256', secret)

/** Signs a browser in: a week at most, and a day after it was last used. Gives what its cookie holds, which is stored nowhere. */
export async function addSession(
  tx: Writer,
  account: number,
  { method, address, agent }: Origin,
  now_ms: number,
  lasts_ms = LASTS_MS,
): Promise<string> {
  await tx.run(DROP_EXPIRED, now_ms, now_ms - UNUSED_MS)
  const secret = randomBytes(32).toString('base64url')
  const shown = agent.replace(/\p{Cc}/gu, '').slice(0, AGENT_MAX)
  await tx.run(ADD, hashOf(secret), randomUUID(), account, method, address, shown, now_ms, now_ms, now_ms + lasts_ms)
  return secret
}

export const sessionBySecret = (db: Reader, secret: string, now_ms: number) => db.get(BY_SECRET, hashOf(secret), now_ms, now_ms - UNUSED_MS)

export const sessionsOf = (db: Reader, account: number, now_ms: number): Promise<Session[]> | Session[] =>
  db.all(OF_ACCOUNT, account, now_ms, now_ms - UNUSED_MS)

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function requireSession(db: Reader, session_id: string): Promise<Session> {
  const session = await db.get(BY_ID, session_id)
  if (!session) throw noSession(session_id)
  return session
}

/** What is said of a session that is not there, and of one that is somebody else's. */
export const noSession = (session_id: string) => missing(`There is no session with id=${session_id}.`)

export async function noteSessionUse(tx: Writer, session_id: string, now_ms: number): Promise<void> {
  await tx.run(USED, now_ms, session_id)
}

/** The browser is signed out: in this process at once, in others on the same database within half a second. */
export async function removeSession(tx: Writer, session_id: string): Promise<void> {
  await tx.run(REMOVE, session_id)
  await raiseEpoch(tx)
}
