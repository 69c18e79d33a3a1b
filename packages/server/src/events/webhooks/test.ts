import { randomUUID } from 'node:crypto'
import { read } from '../../http/endpoint.ts'
import { boolean, int64, object, optional, string } from '../../http/schema.ts'
import { type EventType, EXAMPLES, WebhookEvent } from './event-type.ts'
import { bodyOf, inWorkspace } from './queue.ts'
import { openSecret } from './secret.ts'
import { isTaken, send } from './send.ts'
import { WebhookId } from './webhook.ts'
import { webhookById, webhookToWire } from './webhook-store.ts'

/** MLflow gives what came back, which made a webhook a way to read what only the server can reach (CVE-2026-64849). */
const NOT_SHOWN = "The receiver's answer is not shown."

const Result = object({
  success: boolean(),
  response_status: optional(int64()),
  response_body: optional(string({ description: 'Always the same sentence: what a receiver answers is not shown' })),
  error_message: optional(string()),
})

export const testWebhook = read({
  route: 'POST /api/2.0/mlflow/webhooks/{webhook_id}/test',
  summary: 'Send an example of an event to a webhook, once, and tell how that went',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({ webhook_id: WebhookId, event: optional(WebhookEvent) }),
  output: object({ result: Result }),
  async handler(db, { webhook_id, event }, { now_ms, settings, caller }) {
    const row = await webhookById(db, webhook_id)
    const { entity, action } = event ?? ((await webhookToWire(db, row)).events[0] as EventType)
    const name = `${entity}.${action}` as keyof typeof EXAMPLES
    try {
      const example = bodyOf(name, EXAMPLES[name], now_ms)
      const body = settings.workspaces ? inWorkspace(example, caller.workspace) : example
      const message = { url: row.url, delivery_id: randomUUID(), body, secret: openSecret(db, row) }
      const sent = await send(message, settings)
      return { result: { success: isTaken(sent), response_status: sent.status, response_body: NOT_SHOWN } }
    } catch (error) {
      return { result: { success: false, error_message: `The webhook could not be tested: ${(error as Error).message}` } }
    }
  },
})
