import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { WebhookId } from './webhook.ts'
import { removeWebhook } from './webhook-store.ts'

export const deleteWebhook = write({
  route: 'DELETE /api/2.0/mlflow/webhooks/{webhook_id}',
  summary: 'Delete a webhook, with what was still to be sent to it',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({ webhook_id: WebhookId }),
  output: object({}),
  async handler(tx, { webhook_id }) {
    await removeWebhook(tx, webhook_id)
    return {}
  },
})
