import { write } from '../../../http/endpoint.ts'
import { missing } from '../../../http/errors.ts'
import { int64, object, optional, string } from '../../../http/schema.ts'
import { replay } from '../delivery-store.ts'
import { wakeFor } from '../wake.ts'
import { WebhookId } from '../webhook.ts'
import { webhookById } from '../webhook-store.ts'

export const replayDeliveries = write({
  route: 'POST /api/2.0/millrace/webhooks/{webhook_id}/deliveries/replay',
  summary: 'Deliver again what was given up: one delivery, or all of a webhook',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({ webhook_id: WebhookId, delivery_id: optional(string({ max: 64 })) }),
  output: object({ replayed: int64() }),
  async handler(tx, { webhook_id, delivery_id }, { now_ms }) {
    const { id } = await webhookById(tx, webhook_id)
    const replayed = await replay(tx, id, delivery_id ?? null, now_ms)
    if (replayed === 0 && delivery_id !== undefined) throw missing(`No delivery ${delivery_id} of this webhook was given up.`)
    tx.afterCommit(() => wakeFor(tx.identity))
    return { replayed }
  },
})
