import { int64, object, optional, type Static, string } from '../../../http/schema.ts'
import type { AlertRow } from './alert-store.ts'

/** A rule over the audit log as administrators see it. */
export const Alert = object({
  alert_id: string(),
  name: string(),
  kind: string(),
  webhook_id: string(),
  action: optional(string()),
  outcome: optional(string()),
  per: string(),
  count: int64(),
  within_seconds: int64(),
  created_timestamp: int64({ description: 'Milliseconds since 1970' }),
})

export const alertToWire = (row: AlertRow): Static<typeof Alert> => ({
  alert_id: row.alert_id,
  name: row.name,
  kind: row.kind,
  webhook_id: row.webhook_id,
  ...(row.action !== null && { action: row.action }),
  ...(row.outcome !== null && { outcome: row.outcome }),
  per: row.per,
  count: row.threshold,
  within_seconds: row.within_ms / 1000,
  created_timestamp: row.created_ms,
})
