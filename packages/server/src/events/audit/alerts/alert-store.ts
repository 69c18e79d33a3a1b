import { command, query, type Reader, type Writer } from '../../../db/handles.ts'

/** A rule over new entries of the audit log, and the webhook that is told when it holds. */
export type AlertRow = {
  readonly id: number
  readonly alert_id: string
  readonly name: string
  readonly kind: 'burst' | 'new_address' | 'promotion_refused'
  readonly action: string | null
  readonly outcome: string | null
  readonly per: 'user' | 'address' | 'all'
  readonly threshold: number
  readonly within_ms: number
  readonly created_ms: number
  readonly webhook: number
  readonly webhook_id: string
}

const COLUMNS = `a.id, a.alert_id, a.name, a.kind, a.action, a.outcome, a.per, a.threshold, a.within_ms, a.created_ms, a.webhook,
  w.webhook_id`
const ALL = query<AlertRow>(`select ${COLUMNS} from audit_alert a join webhook w on w.id = a.webhook order by a.id`)
const INSERT = command(
  `insert into audit_alert (alert_id, name, kind, action, outcome, per, threshold, within_ms, created_ms, webhook)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
)
const DELETE = command('delete from audit_alert where alert_id = ?')
const TOLD = query<{ told_ms: number }>('select told_ms from audit_alert_told where alert = ? and about = ?')
const TELL = command(
  `insert into audit_alert_told (alert, about, told_ms) values (?, ?, ?)
   on conflict (alert, about) do update set told_ms = excluded.told_ms`,
)
const KNOWS = query<{ n: number }>('select count(*) n from audit_address where user_id = ?')
const LEARN = command('insert into audit_address (user_id, address, first_ms) values (?, ?, ?) on conflict do nothing')

export const allAlerts = async (db: Reader): Promise<AlertRow[]> => db.all(ALL)

export async function insertAlert(tx: Writer, row: Omit<AlertRow, 'id' | 'webhook_id'>): Promise<void> {
  const { alert_id, name, kind, action, outcome, per, threshold, within_ms, created_ms, webhook } = row
  await tx.run(INSERT, alert_id, name, kind, action, outcome, per, threshold, within_ms, created_ms, webhook)
}

export const deleteAlertRow = async (tx: Writer, alert_id: string): Promise<boolean> => (await tx.run(DELETE, alert_id)) === 1

/** Whether the alert was told of that within the time. */
export async function wasTold(db: Reader, alert: number, about: string, since_ms: number): Promise<boolean> {
  const row = await db.get(TOLD, alert, about)
  return row !== undefined && row.told_ms >= since_ms
}

export async function noteTold(tx: Writer, alert: number, about: string, now_ms: number): Promise<void> {
  await tx.run(TELL, alert, about, now_ms)
}

/** Learns an address of a user; says whether it is new to one of whom others were known. */
export async function isNewAddress(tx: Writer, user_id: number, address: string, now_ms: number): Promise<boolean> {
  const known = (await tx.get(KNOWS, user_id))?.n ?? 0
  return (await tx.run(LEARN, user_id, address, now_ms)) === 1 && known > 0
}
