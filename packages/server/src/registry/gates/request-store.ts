import { randomBytes } from 'node:crypto'
import { shownSql } from '../../access/visible.ts'
import { adHocQuery, command, query, type Reader, type Value, type Writer } from '../../db/handles.ts'
import type { Caller, Visible } from '../../http/access.ts'
import type { Target } from '../policy/index.ts'
import type { Assessment, Lack } from './assess.ts'
import type { Candidate } from './candidate.ts'

/** `open` until it was used, or what it was about changed; that it was rejected or is too old follows from decisions and time. */
export type RequestState = 'open' | 'used' | 'bypassed' | 'void'

/** A request to put a version in a protected place, with the names of its model and version. */
export type RequestRow = {
  readonly id: number
  readonly request_id: string
  readonly model: number
  readonly name: string
  readonly version: number
  readonly version_id: number
  readonly kind: Target['kind']
  readonly target: string
  readonly state: RequestState
  readonly bound_sha256: string
  readonly rule_sha256: string
  readonly root_sha256: string | null
  readonly from_version: number | null
  readonly missing: string
  readonly asked_by: string
  readonly asked_by_id: number
  readonly author: string | null
  readonly opened_ms: number
  readonly expires_ms: number
  readonly closed_ms: number | null
}

/** What one person said about a request. */
export type Decision = {
  readonly kind: 'review' | 'bypass'
  readonly user_id: number
  readonly user_name: string
  readonly says: 'approve' | 'reject' | 'bypass'
  readonly reason: string
  readonly at_ms: number
}

const COLUMNS = `r.id, r.request_id, r.model, m.name, v.version, r.version as version_id, r.kind, r.target, r.state, r.bound_sha256,
  r.rule_sha256, r.root_sha256, r.from_version, r.missing, r.asked_by, r.asked_by_id, v.created_by as author, r.opened_ms, r.expires_ms,
  r.closed_ms`
const FROM = `select ${COLUMNS} from gate_request r join registered_model m on m.id = r.model join model_version v on v.id = r.version`
const BY_ID = query<RequestRow>((dialect) => `${FROM} where m.workspace = ? and r.request_id = ? ${dialect.lockRowToChange}`)
const SHOWN = query<RequestRow>(`${FROM} where m.workspace = ? and r.request_id = ?`)
const OPEN_FOR = query<RequestRow>(`${FROM} where r.version = ? and r.kind = ? and r.target = ? and r.state = 'open' order by r.id desc`)
const INSERT = command(
  `insert into gate_request (request_id, model, version, kind, target, state, bound_sha256, rule_sha256, root_sha256, from_version, missing,
     asked_by, asked_by_id, opened_ms, expires_ms)
   values (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
const SAY_MISSING = command('update gate_request set missing = ? where id = ?')
const CLOSE = command("update gate_request set state = ?, closed_ms = ? where id = ? and state = 'open'")
const CLOSE_OF_VERSION = command("update gate_request set state = 'void', closed_ms = ? where version = ? and state = 'open'")
const DECIDE = command(
  `insert into gate_decision (request, kind, user_id, user_name, says, reason, at_ms) values (?, ?, ?, ?, ?, ?, ?)
   on conflict (request, kind, user_id) do update set user_name = excluded.user_name, says = excluded.says, reason = excluded.reason,
     at_ms = excluded.at_ms`,
)
const DECISIONS = query<Decision>(
  'select kind, user_id, user_name, says, reason, at_ms from gate_decision where request = ? order by at_ms, user_id',
)

/** A request by its id; it is changed next. */
export const requestToChange = async (tx: Writer, request_id: string): Promise<RequestRow | undefined> =>
  tx.get(BY_ID, tx.workspace, request_id)

/** A request by its id. */
export const requestById = async (db: Reader, request_id: string): Promise<RequestRow | undefined> =>
  db.get(SHOWN, db.workspace, request_id)

/** Which requests are listed: of all models, one or a version of it; open or all; those that the caller may see, before one of them. */
export type Listed = {
  readonly name: string | undefined
  readonly version?: number | undefined
  readonly open_at_ms: number | undefined
  readonly visible: Visible
  readonly before: number
}

/** Requests, the newest first. */
export async function requestsBefore(
  db: Reader,
  { name, version, open_at_ms, visible, before }: Listed,
  limit: number,
): Promise<RequestRow[]> {
  const shown = shownSql(visible, 'r.model', db.dialect)
  const named = `${name === undefined ? '' : 'and m.name = ?'} ${version === undefined ? '' : 'and v.version = ?'}`
  const open = open_at_ms === undefined ? '' : "and r.state = 'open' and r.expires_ms > ?"
  const sql = `${FROM} where m.workspace = ? and ${shown.sql} and r.id < ? ${named} ${open} order by r.id desc limit ?`
  const values: Value[] = [
    db.workspace,
    ...shown.values,
    before,
    ...[name, version].filter((one) => one !== undefined),
    ...(open_at_ms === undefined ? [] : [open_at_ms]),
  ]
  return db.all(adHocQuery<RequestRow>(sql), ...values, limit)
}

/** The requests that are open for a version and a place. */
export const openRequests = async (db: Reader, { id }: Candidate, { kind, name }: Target): Promise<RequestRow[]> =>
  db.all(OPEN_FOR, id, kind, name)

/** Opens a request. */
export async function openRequest(
  tx: Writer,
  candidate: Candidate,
  { kind, name }: Target,
  { bound_sha256, rule_sha256, root_sha256, in_place }: Assessment,
  missing: readonly Lack[],
  { user, user_id }: Caller,
  now_ms: number,
  expires_ms: number,
): Promise<string> {
  const request_id = `pr-${randomBytes(8).toString('hex')}`
  const seen = [bound_sha256, rule_sha256, root_sha256 ?? null, in_place ?? null, textOf(missing)] as const
  await tx.run(INSERT, request_id, candidate.model, candidate.id, kind, name, ...seen, user, user_id, now_ms, expires_ms)
  return request_id
}

/** Says anew what is missing. */
export async function updateMissing(tx: Writer, request: RequestRow, missing: readonly Lack[]): Promise<void> {
  const text = textOf(missing)
  if (text !== request.missing) await tx.run(SAY_MISSING, text, request.id)
}

const textOf = (missing: readonly Lack[]): string => JSON.stringify(missing.map(({ what, says }) => ({ what, says })))

/** Ends a request that is open. */
export async function closeRequest(tx: Writer, id: number, state: Exclude<RequestState, 'open'>, now_ms: number): Promise<void> {
  await tx.run(CLOSE, state, now_ms, id)
}

/** Ends all requests for a version that is deleted. */
export async function closeRequestsOf(tx: Writer, version: number, now_ms: number): Promise<void> {
  await tx.run(CLOSE_OF_VERSION, now_ms, version)
}

/** Keeps what somebody says, in place of what they said before. */
export async function recordDecision(
  tx: Writer,
  request: number,
  { user, user_id }: Caller,
  says: Decision['says'],
  reason: string,
  now_ms: number,
): Promise<void> {
  await tx.run(DECIDE, request, says === 'bypass' ? 'bypass' : 'review', user_id, user, says, reason, now_ms)
}

/** What was said about a request, the oldest first. */
export const decisionsOn = async (db: Reader, request: number): Promise<Decision[]> => db.all(DECISIONS, request)
