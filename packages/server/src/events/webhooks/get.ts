import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { Webhook, WebhookId } from './webhook.ts'
import { webhookById, webhookToWire } from './webhook-store.ts'

export const getWebhook = read({
  route: 'GET /api/2.0/mlflow/webhooks/{webhook_id}',
  summary: 'Get a webhook',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({ webhook_id: WebhookId }),
  output: object({ webhook: Webhook }),
  handler: async (db, { webhook_id }) => ({ webhook: await webhookToWire(db, await webhookById(db, webhook_id)) }),
})
