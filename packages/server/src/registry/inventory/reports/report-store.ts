import { randomBytes } from 'node:crypto'
import { adHocQuery, bulk, command, query, type Reader, type Value, type Writer } from '../../../db/handles.ts'
import type { Caller } from '../../../http/access.ts'
import { ApiError } from '../../../http/errors.ts'
import { type FoundModel, type InventoryReport, type NotRead, STATUSES, type Status } from './inventory-report.ts'

/** An inventory as it is kept. */
export type ReportRow = {
  readonly id: number
  readonly report_id: string
  readonly name: string
  readonly kept_by: string
  readonly kept_by_id: number
  readonly made_ms: number
  readonly complete: number
  readonly looked_at: number
  readonly malicious: number
  readonly changed: number
  readonly unknown: number
  readonly known: number
  readonly not_read: string
}

type ModelRow = {
  readonly status: number
  readonly place: string
  readonly kind: string
  readonly bytes: number | null
  readonly owner: string
  readonly sha256: string | null
  readonly versions: string
  readonly known_in: number | null
  readonly scan: string
  readonly findings: string
}

const COLUMNS = 'id, report_id, name, kept_by, kept_by_id, made_ms, complete, looked_at, malicious, changed, unknown, known, not_read'
/** Admins see all that is kept, others what they sent. */
const SEEN = '(? = 1 or kept_by_id = ?)'
const seenBy = ({ is_admin, user_id }: Caller): [number, number] => [is_admin ? 1 : 0, user_id]

const LIST = query<ReportRow>(
  `select ${COLUMNS} from inventory_report where workspace = ? and complete = 1 and id < ? and ${SEEN} order by id desc limit ?`,
)
const BY_ID = query<ReportRow>(`select ${COLUMNS} from inventory_report where workspace = ? and report_id = ? and ${SEEN}`)
const INSERT = command(
  `insert into inventory_report (report_id, workspace, name, kept_by, kept_by_id, made_ms, complete, looked_at, malicious, changed,
     unknown, known, not_read)
   values (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, 0, ?)`,
)
const COUNT = command(
  `update inventory_report set malicious = malicious + ?, changed = changed + ?, unknown = unknown + ?, known = known + ?, complete = ?
   where id = ?`,
)
const ADD = bulk(
  `insert into inventory_model (report, seq, status, place, kind, bytes, owner, sha256, versions, known_in, scan, findings)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  'iiittitttitt',
)
const DELETE = command('delete from inventory_report where id = ?')
const KEPT_BY = query<{ n: number }>('select count(*) as n from inventory_report where workspace = ? and kept_by_id = ?')
/** One that nobody ended in a day was given up. */
const GIVEN_UP = command('delete from inventory_report where workspace = ? and complete = 0 and made_ms < ?')
const GIVEN_UP_AFTER_MS = 86_400_000

/** The inventories that the caller may see, the newest first. */
export const reportsBefore = async (db: Reader, caller: Caller, before: number, limit: number): Promise<ReportRow[]> =>
  db.all(LIST, db.workspace, before, ...seenBy(caller), limit)

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, also when it is another's */
export async function reportById(db: Reader, caller: Caller, report_id: string): Promise<ReportRow> {
  const row = await db.get(BY_ID, db.workspace, report_id, ...seenBy(caller))
  if (row) return row
  throw new ApiError('RESOURCE_DOES_NOT_EXIST', `There is no inventory '${report_id}': GET /api/2.0/millrace/inventory/reports lists them.`)
}

/** What an inventory is told of before what it found. */
export type NewReport = { readonly name: string; readonly looked_at: number; readonly not_read: readonly NotRead[] }

/** Opens an inventory, which is shown when its last model is there; gives its id. */
export async function openReport(tx: Writer, caller: Caller, { name, looked_at, not_read }: NewReport, now_ms: number): Promise<string> {
  await tx.run(GIVEN_UP, tx.workspace, now_ms - GIVEN_UP_AFTER_MS)
  const report_id = `in-${randomBytes(8).toString('hex')}`
  const values = [report_id, tx.workspace, name, caller.user, caller.user_id, now_ms, looked_at, JSON.stringify(not_read)]
  await tx.run(INSERT, ...values)
  return report_id
}

/** How many inventories this account keeps. */
export const keptBy = async (db: Reader, { user_id }: Caller): Promise<number> => (await db.get(KEPT_BY, db.workspace, user_id))?.n ?? 0

/** Adds what was found, after the first `from` models. */
export async function addModels(
  tx: Writer,
  { id }: ReportRow,
  from: number,
  models: readonly FoundModel[],
  is_last: boolean,
): Promise<void> {
  const of = (status: Status): number => models.filter((one) => one.status === status).length
  if (models.length > 0)
    await tx.runMany(
      ADD,
      models.map((one, at) => toRow(id, from + at, one)),
    )
  await tx.run(COUNT, of('malicious'), of('changed'), of('unknown'), of('known'), is_last ? 1 : 0, id)
}

const toRow = (report: number, seq: number, one: FoundModel): Value[] => [
  report,
  seq,
  STATUSES.indexOf(one.status),
  one.where,
  one.kind,
  one.bytes ?? null,
  one.owner,
  one.sha256 ?? null,
  JSON.stringify(one.versions),
  one.known_in ?? null,
  one.scan,
  JSON.stringify(one.findings),
]

export async function deleteReport(tx: Writer, { id }: ReportRow): Promise<void> {
  await tx.run(DELETE, id)
}

/** What is asked of the models of an inventory. */
export type ModelFilter = {
  readonly status?: Status | undefined
  readonly search?: string | undefined
  readonly order_by: OrderBy
  readonly offset: number
}

const ORDERS = {
  status: { by: 'status', direction: 'asc' },
  where: { by: 'place', direction: 'asc' },
  owner: { by: 'owner', direction: 'asc' },
  kind: { by: 'kind', direction: 'asc' },
  bytes: { by: 'bytes', direction: 'desc' },
} as const
export type OrderBy = keyof typeof ORDERS
export const ORDER_NAMES = Object.keys(ORDERS) as [OrderBy, ...OrderBy[]]

/** A part of an inventory, which does not change any more, and how many models there are with that filter. */
export async function modelsOf(
  db: Reader,
  { id }: ReportRow,
  { status, search, order_by, offset }: ModelFilter,
  limit: number,
): Promise<{ models: FoundModel[]; total: number }> {
  const conditions = ['report = ?']
  const values: Value[] = [id]
  if (status !== undefined) {
    conditions.push('status = ?')
    values.push(STATUSES.indexOf(status))
  }
  if (search !== undefined) {
    const columns = ['place', 'owner', 'versions', 'sha256']
    conditions.push(`(${columns.map((column) => db.dialect.likeAnyCase(column)).join(' or ')})`)
    for (const _ of columns) values.push(`%${search}%`)
  }
  const where = conditions.join(' and ')
  const { by, direction } = ORDERS[order_by]
  const order = by === 'status' ? 'status, seq' : `${db.dialect.orderBy(by, direction)}, seq`
  const columns = 'status, place, kind, bytes, owner, sha256, versions, known_in, scan, findings'
  const sql = `select ${columns} from inventory_model where ${where} order by ${order} limit ? offset ?`
  const rows = await db.all(adHocQuery<ModelRow>(sql), ...values, limit, offset)
  const counted = await db.get(adHocQuery<{ n: number }>(`select count(*) as n from inventory_model where ${where}`), ...values)
  return { models: rows.map(fromRow), total: counted?.n ?? 0 }
}

const fromRow = (row: ModelRow): FoundModel => ({
  status: STATUSES[row.status] as Status,
  where: row.place,
  kind: row.kind,
  bytes: row.bytes ?? undefined,
  owner: row.owner,
  sha256: row.sha256 ?? undefined,
  versions: JSON.parse(row.versions),
  known_in: row.known_in ?? undefined,
  scan: row.scan,
  findings: JSON.parse(row.findings),
})

/** An inventory as the wire has it. */
export const reportToWire = (row: ReportRow): InventoryReport => ({
  report_id: row.report_id,
  name: row.name,
  kept_by: row.kept_by,
  made_ms: row.made_ms,
  looked_at: row.looked_at,
  counts: { malicious: row.malicious, changed: row.changed, unknown: row.unknown, known: row.known },
  not_read: (JSON.parse(row.not_read) as unknown[]).length,
})
