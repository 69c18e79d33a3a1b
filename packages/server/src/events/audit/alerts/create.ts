import { randomUUID } from 'node:crypto'
import { write } from '../../../http/endpoint.ts'
import { enumOf, int64, object, optional, string, withDefault } from '../../../http/schema.ts'
import { webhookById } from '../../webhooks/index.ts'
import { Alert } from './alert.ts'
import { insertAlert } from './alert-store.ts'

export const createAlert = write({
  route: 'POST /api/2.0/millrace/audit-log/alerts',
  summary: 'Have a webhook told of a burst of entries, a user who comes from a new address, or a promotion that its gate refused',
  access: { permission: 'manage', on: () => ({ server: 'audit_log' }) },
  input: object({
    name: string({ min: 1, max: 256 }),
    kind: enumOf(['burst', 'new_address', 'promotion_refused']),
    webhook_id: string({ max: 64 }),
    action: optional(string({ min: 1, max: 256, description: "Only this action: an endpoint's route, or `login`" })),
    outcome: optional(enumOf(['done', 'denied', 'failed'])),
    per: withDefault(enumOf(['user', 'address', 'all']), 'user'),
    count: withDefault(int64({ min: 1, max: 1_000_000, description: 'How many make a burst' }), 10),
    within_seconds: withDefault(int64({ min: 1, max: 86_400, description: 'And in which time; it is not told again before' }), 60),
  }),
  output: object({ alert: Alert }),
  async handler(tx, { webhook_id, count, within_seconds, ...rest }, { now_ms }) {
    const { id: webhook } = await webhookById(tx, webhook_id)
    const alert_id = randomUUID()
    const { name, kind, per, action, outcome } = rest
    const facts = { alert_id, name, kind, per, action: action ?? null, outcome: outcome ?? null, threshold: count, created_ms: now_ms }
    await insertAlert(tx, { ...facts, within_ms: within_seconds * 1000, webhook })
    return { alert: { ...rest, alert_id, webhook_id, count, within_seconds, created_timestamp: now_ms } }
  },
})
