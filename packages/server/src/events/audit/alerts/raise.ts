import { adHocQuery, type Reader, type Value, type Writer } from '../../../db/handles.ts'
import { queueFor } from '../../webhooks/index.ts'
import type { Linked } from '../entry.ts'
import { type AlertRow, allAlerts, isNewAddress, noteTold, wasTold } from './alert-store.ts'

/** Looks whether new entries make a rule hold, and queues its webhook in the same commit. */
export async function raiseAlerts(tx: Writer, entries: readonly Linked[], now_ms: number): Promise<void> {
  const alerts = await allAlerts(tx)
  const strange = await newAddresses(tx, entries, now_ms)
  for (const alert of alerts) {
    for (const entry of entriesFor(alert, entries, strange)) {
      if (alert.kind === 'burst' && !matches(alert, entry)) continue
      const about = aboutOf(alert, entry)
      if (await wasTold(tx, alert.id, about, now_ms - alert.within_ms)) continue
      const count = alert.kind === 'burst' ? await countWithin(tx, alert, entry) : entry.requests
      if (alert.kind === 'burst' && count < alert.threshold) continue
      await noteTold(tx, alert.id, about, now_ms)
      await tell(tx, alert, entry, about, count, now_ms)
    }
  }
}

const matches = ({ action, outcome }: AlertRow, entry: Linked): boolean =>
  (action === null || entry.action === action) && (outcome === null || entry.outcome === outcome)

function aboutOf({ kind, per }: AlertRow, entry: Linked): string {
  if (kind === 'new_address') return `${entry.user_id} ${entry.address}`
  if (kind === 'promotion_refused') return `${entry.user_id} ${entry.target} ${entry.detail}`
  return per === 'user' ? entry.user_name : per === 'address' ? entry.address : 'all'
}

function entriesFor({ kind }: AlertRow, entries: readonly Linked[], strange: readonly Linked[]): readonly Linked[] {
  if (kind === 'new_address') return strange
  return kind === 'promotion_refused' ? entries.filter(isRefusedPromotion) : entries
}

/** Somebody wanted to give a version an alias or a stage that a policy protects, and what it asks for was not there. */
const isRefusedPromotion = ({ outcome, detail }: Linked): boolean =>
  outcome === 'denied' && detail !== '' && (JSON.parse(detail) as { promotion?: unknown }).promotion === 'refused'

/** Entries by which a user came from an address for the first time. Without rules, too: what is known must be known before. */
async function newAddresses(tx: Writer, entries: readonly Linked[], now_ms: number): Promise<Linked[]> {
  const looked = new Set<string>()
  const strange: Linked[] = []
  for (const entry of entries) {
    const { user_id, address, outcome } = entry
    const key = `${user_id} ${address}`
    if (user_id === 0 || address === '' || outcome !== 'done' || looked.has(key)) continue
    looked.add(key)
    if (await isNewAddress(tx, user_id, address, now_ms)) strange.push(entry)
  }
  return strange
}

async function countWithin(db: Reader, alert: AlertRow, entry: Linked): Promise<number> {
  const conditions = ['at_ms > ?']
  const values: Value[] = [entry.until_ms - alert.within_ms]
  const only = (condition: string, value: string): void => {
    conditions.push(condition)
    values.push(value)
  }
  if (alert.action !== null) only('action = ?', alert.action)
  if (alert.outcome !== null) only('outcome = ?', alert.outcome)
  if (alert.per === 'user') only('user_name = ?', entry.user_name)
  if (alert.per === 'address') only('address = ?', entry.address)
  const sql = `select coalesce(sum(requests), 0) n from audit_log where ${conditions.join(' and ')}`
  return Number((await db.get(adHocQuery<{ n: number }>(sql), ...values))?.n ?? 0)
}

async function tell(tx: Writer, alert: AlertRow, entry: Linked, about: string, count: number, now_ms: number): Promise<void> {
  const { seq, at_ms, action, outcome, user_name, address, kind, target, workspace } = entry
  const last = { seq, timestamp: at_ms, action, outcome, user: user_name, address, kind, resource: target, ...(workspace && { workspace }) }
  const data = { alert_id: alert.alert_id, name: alert.name, kind: alert.kind, count, within_seconds: alert.within_ms / 1000, last }
  await queueFor(tx, alert.webhook, `alert/${alert.alert_id}/${about}`.slice(0, 500), 'audit_alert.raised', data, now_ms)
}
