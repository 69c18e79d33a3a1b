import { randomBytes } from 'node:crypto'
import { type AuditReport, CATEGORIES, type Finding as Found, type Judged } from '@millrace/audit/registry'
import { adHocQuery, bulk, command, query, type Reader, type Value, type Writer } from '../db/handles.ts'
import type { Caller } from '../http/access.ts'
import { ApiError } from '../http/errors.ts'
import type { Audit, KeptFinding, Origin, State } from './kept-audit.ts'

/** An audit as it is kept, without its findings. */
export type AuditRow = {
  readonly id: number
  readonly audit_id: string
  readonly workspace: number
  readonly target: AuditReport['target']
  readonly name: string
  readonly origin: Origin
  readonly state: State
  readonly asked_by: string
  readonly asked_by_id: number
  readonly asked_ms: number
  readonly made_ms: number | null
  readonly risk: AuditReport['risk'] | null
  readonly verdict: AuditReport['verdict'] | null
  readonly rules_version: string | null
  readonly files: number | null
  readonly lines: number | null
  readonly critical: number | null
  readonly high: number | null
  readonly medium: number | null
  readonly low: number | null
  readonly info: number | null
  readonly allowed: number | null
  readonly categories: string | null
  readonly not_read: string | null
  readonly passed: string | null
  readonly problem: string | null
}

const COLUMNS = `id, audit_id, workspace, target, name, origin, state, asked_by, asked_by_id, asked_ms, made_ms, risk, verdict,
  rules_version, files, lines, critical, high, medium, low, info, allowed, categories, not_read, passed, problem`
/** Admins see all that is kept, others what they sent. */
const SEEN = '(? = 1 or asked_by_id = ?)'
const seenBy = ({ is_admin, user_id }: Caller): [number, number] => [is_admin ? 1 : 0, user_id]

const BY_ID = query<AuditRow>(`select ${COLUMNS} from audit_report where workspace = ? and audit_id = ? and ${SEEN}`)
const BEFORE = query<AuditRow>(
  `select ${COLUMNS} from audit_report
   where workspace = ? and target = ? and name = ? and state = 'done' and id < ? and ${SEEN} order by id desc limit 1`,
)
const INSERT = command(
  `insert into audit_report (audit_id, workspace, target, name, origin, state, asked_by, asked_by_id, asked_ms)
   values (?, ?, ?, ?, ?, 'waiting', ?, ?, ?)`,
)
const FILL = command(
  `update audit_report set state = 'done', made_ms = ?, risk = ?, verdict = ?, rules_version = ?, files = ?, lines = ?, critical = ?,
     high = ?, medium = ?, low = ?, info = ?, allowed = ?, categories = ?, not_read = ?, passed = ?
   where audit_id = ? and state <> 'done'`,
)
const ID = query<{ id: number }>('select id from audit_report where audit_id = ?')
const FINDINGS = bulk(
  'insert into audit_finding (audit, seq, judged, fingerprint, category, weight, body) values (?, ?, ?, ?, ?, ?, ?)',
  'iiitttt',
)
const DELETE = command('delete from audit_report where id = ?')
const PRUNE = command('delete from audit_report where workspace = ? and asked_ms < ?')
const SENT_BY = query<{ n: number }>("select count(*) as n from audit_report where workspace = ? and asked_by_id = ? and origin = 'sent'")
const ALL_FINDINGS = query<[body: string]>('select body from audit_finding where audit = ? and judged = ? order by seq')
const ONLY_IN = query<[body: string]>(
  `select f.body from audit_finding f where f.audit = ? and f.judged = 0 and not exists
     (select 1 from audit_finding o where o.audit = ? and o.fingerprint = f.fingerprint and o.judged = 0)
   order by f.seq limit ?`,
)
const HOW_MANY_ONLY_IN = query<{ n: number }>(
  `select count(*) as n from audit_finding f where f.audit = ? and f.judged = 0 and not exists
     (select 1 from audit_finding o where o.audit = ? and o.fingerprint = f.fingerprint and o.judged = 0)`,
)

/** What the audits of a list have in common. */
export type AuditFilter = { readonly target?: string | undefined; readonly name?: string | undefined; readonly before: number }

/** The audits that the caller may see, the newest first. */
export async function auditsBefore(db: Reader, caller: Caller, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  const conditions = ['workspace = ?', 'id < ?', SEEN]
  const values: Value[] = [db.workspace, filter.before, ...seenBy(caller)]
  if (filter.target !== undefined) {
    conditions.push('target = ?')
    values.push(filter.target)
  }
  if (filter.name !== undefined) {
    conditions.push(db.dialect.likeAnyCase('name'))
    values.push(`%${filter.name}%`)
  }
  const sql = `select ${COLUMNS} from audit_report where ${conditions.join(' and ')} order by id desc limit ?`
  return db.all(adHocQuery<AuditRow>(sql), ...values, limit)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, also when it is another's */
export async function auditById(db: Reader, caller: Caller, audit_id: string): Promise<AuditRow> {
  const row = await db.get(BY_ID, db.workspace, audit_id, ...seenBy(caller))
  if (row) return row
  throw new ApiError('RESOURCE_DOES_NOT_EXIST', `There is no audit '${audit_id}': GET /api/2.0/millrace/audits lists them.`)
}

/** The audit of the same thing that was made before this one. */
export const auditBefore = async (db: Reader, caller: Caller, { target, name, id }: AuditRow): Promise<AuditRow | undefined> =>
  db.get(BEFORE, db.workspace, target, name, id, ...seenBy(caller))

/** Who wants an audit, and of what. */
export type AskedAudit = {
  readonly target: AuditReport['target']
  readonly name: string
  readonly origin: Origin
  readonly by: Pick<Caller, 'user' | 'user_id'>
  readonly at_ms: number
}

/** Opens an audit that waits to be made; gives its id. */
export async function openAudit(tx: Writer, { target, name, origin, by, at_ms }: AskedAudit): Promise<string> {
  const audit_id = `au-${randomBytes(8).toString('hex')}`
  await tx.run(INSERT, audit_id, tx.workspace, target, name, origin, by.user, by.user_id, at_ms)
  return audit_id
}

/** Keeps what an audit found. */
export async function keepReport(tx: Writer, audit_id: string, report: AuditReport, made_ms: number): Promise<void> {
  const of = (weight: string): number => report.findings.filter((one) => one.weight === weight).length
  const categories = CATEGORIES.filter((category) => report.findings.some((one) => one.category === category && one.weight !== 'info'))
  const changed = await tx.run(
    FILL,
    made_ms,
    report.risk,
    report.verdict,
    report.rules_version,
    report.files,
    report.lines,
    of('critical'),
    of('high'),
    of('medium'),
    of('low'),
    of('info'),
    report.allowed.length,
    JSON.stringify(categories),
    JSON.stringify(report.not_read),
    JSON.stringify(report.passed),
    audit_id,
  )
  // It was deleted meanwhile, or another process has made it.
  if (changed === 0) return
  const { id } = (await tx.get(ID, audit_id)) as { id: number }
  const rows = [...report.findings, ...report.allowed].map((one, seq) => rowOf(id, seq, one))
  if (rows.length > 0) await tx.runMany(FINDINGS, rows)
}

const rowOf = (audit: number, seq: number, one: Found | Judged): Value[] => [
  audit,
  seq,
  'reason' in one ? 1 : 0,
  one.fingerprint,
  one.category,
  one.weight,
  JSON.stringify(one),
]

export async function deleteAudit(tx: Writer, { id }: AuditRow): Promise<void> {
  await tx.run(DELETE, id)
}

/** Deletes the audits of a workspace that are older than this; gives how many. */
export const deleteAuditsBefore = async (tx: Writer, before_ms: number): Promise<number> => tx.run(PRUNE, tx.workspace, before_ms)

/** How many audits this account has sent. */
export const sentBy = async (db: Reader, { user_id }: Caller): Promise<number> => (await db.get(SENT_BY, db.workspace, user_id))?.n ?? 0

/** What the findings of a page have in common. */
export type FindingFilter = {
  readonly category?: string | undefined
  readonly weight?: string | undefined
  readonly search?: string | undefined
  readonly judged: boolean
  readonly after: number
}

/** Findings of an audit in the order of its report, each with its place in it. */
export async function findingsAfter(
  db: Reader,
  audit: AuditRow,
  filter: FindingFilter,
  limit: number,
): Promise<{ seq: number; finding: KeptFinding }[]> {
  const conditions = ['audit = ?', 'judged = ?', 'seq > ?']
  const values: Value[] = [audit.id, filter.judged ? 1 : 0, filter.after]
  for (const column of ['category', 'weight'] as const) {
    const wanted = filter[column]
    if (wanted === undefined) continue
    conditions.push(`${column} = ?`)
    values.push(wanted)
  }
  if (filter.search !== undefined) {
    conditions.push(db.dialect.likeAnyCase('body'))
    values.push(`%${filter.search}%`)
  }
  const sql = `select seq, body from audit_finding where ${conditions.join(' and ')} order by seq limit ?`
  const rows = await db.all(adHocQuery<{ seq: number; body: string }>(sql), ...values, limit)
  return rows.map(({ seq, body }) => ({ seq, finding: JSON.parse(body) as KeptFinding }))
}

const parsed = (rows: readonly [body: string][]): Found[] => rows.map(([body]) => JSON.parse(body) as Found)

/** Findings that one audit has and the other has not, at most so many, and how many there are. */
export async function onlyIn(db: Reader, one: AuditRow, other: AuditRow, max: number): Promise<{ findings: Found[]; count: number }> {
  const findings = parsed(await db.tuples(ONLY_IN, one.id, other.id, max))
  return { findings, count: (await db.get(HOW_MANY_ONLY_IN, one.id, other.id))?.n ?? 0 }
}

/** The report as it was made. @throws ApiError INVALID_STATE while there is none */
export async function reportOfAudit(db: Reader, row: AuditRow): Promise<AuditReport> {
  if (row.state !== 'done') {
    throw new ApiError(
      'RESOURCE_CONFLICT',
      `Audit '${row.audit_id}' has no report: it is ${row.state}${row.problem ? `: ${row.problem}` : ''}.`,
    )
  }
  return {
    name: row.name,
    target: row.target,
    risk: row.risk ?? 'SAFE',
    verdict: row.verdict ?? 'Pass',
    rules_version: row.rules_version ?? '',
    files: row.files ?? 0,
    lines: row.lines ?? 0,
    not_read: JSON.parse(row.not_read ?? '[]'),
    findings: parsed(await db.tuples(ALL_FINDINGS, row.id, 0)),
    allowed: parsed(await db.tuples(ALL_FINDINGS, row.id, 1)) as Judged[],
    passed: JSON.parse(row.passed ?? '[]'),
  }
}

/** An audit as the wire has it. */
export function auditToWire(row: AuditRow): Audit {
  const { critical, high, medium, low, info } = row
  return {
    audit_id: row.audit_id,
    target: row.target,
    name: row.name,
    origin: row.origin,
    state: row.state,
    asked_by: row.asked_by,
    asked_ms: row.asked_ms,
    made_ms: row.made_ms ?? undefined,
    risk: row.risk ?? undefined,
    verdict: row.verdict ?? undefined,
    rules_version: row.rules_version ?? undefined,
    files: row.files ?? 0,
    lines: row.lines ?? 0,
    counts: { critical: critical ?? 0, high: high ?? 0, medium: medium ?? 0, low: low ?? 0, info: info ?? 0 },
    allowed: row.allowed ?? 0,
    categories: JSON.parse(row.categories ?? '[]'),
    problem: row.problem ?? undefined,
  }
}
