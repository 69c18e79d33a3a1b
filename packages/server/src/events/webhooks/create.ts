import { randomUUID } from 'node:crypto'
import { write } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { object, optional, withDefault } from '../../http/schema.ts'
import { sealSecret } from './secret.ts'
import { webhookUrl } from './url.ts'
import { Description, Events, SecretText, Status, UrlText, Webhook, WebhookName } from './webhook.ts'
import { insertWebhook, setEvents, webhookById, webhookToWire } from './webhook-store.ts'

export const createWebhook = write({
  route: 'POST /api/2.0/mlflow/webhooks',
  summary: 'Create a webhook',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({
    name: WebhookName,
    description: optional(Description),
    url: UrlText,
    events: Events,
    secret: withDefault(SecretText, ''),
    status: withDefault(Status, 'ACTIVE'),
  }),
  output: object({ webhook: Webhook }),
  async handler(tx, { name, description, url, events, secret, status }, { now_ms, settings }) {
    if (events.length === 0) throw invalid('Webhook events must be a non-empty list: name what the webhook is to be told of.')
    const webhook_id = randomUUID()
    const sealed = secret === '' ? undefined : sealSecret(tx, webhook_id, secret)
    const fields = {
      name,
      url: webhookUrl(url, settings),
      description: description || null,
      active: status === 'ACTIVE',
      secret: sealed,
    }
    await setEvents(tx, await insertWebhook(tx, webhook_id, fields, now_ms), events)
    return { webhook: await webhookToWire(tx, await webhookById(tx, webhook_id)) }
  },
})
