import { write } from '../../http/endpoint.ts'
import { object, optional } from '../../http/schema.ts'
import { sealSecret } from './secret.ts'
import { webhookUrl } from './url.ts'
import { wakeFor } from './wake.ts'
import { Description, Events, SecretText, Status, UrlText, Webhook, WebhookId, WebhookName } from './webhook.ts'
import { setEvents, updateWebhookRow, webhookById, webhookToWire } from './webhook-store.ts'

export const updateWebhook = write({
  route: 'PATCH /api/2.0/mlflow/webhooks/{webhook_id}',
  summary: 'Change what is given of a webhook; an empty secret takes the secret away',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({
    webhook_id: WebhookId,
    name: optional(WebhookName),
    description: optional(Description),
    url: optional(UrlText),
    events: optional(Events),
    secret: optional(SecretText),
    status: optional(Status),
  }),
  output: object({ webhook: Webhook }),
  async handler(tx, { webhook_id, name, description, url, events, secret, status }, { now_ms, settings }) {
    const row = await webhookById(tx, webhook_id)
    const kept = row.secret === null || row.secret_key === null ? undefined : { text: row.secret, key_id: row.secret_key }
    const given = secret === undefined ? kept : secret === '' ? undefined : sealSecret(tx, webhook_id, secret)
    const fields = {
      name: name ?? row.name,
      url: url === undefined || url === '' ? row.url : webhookUrl(url, settings),
      description: description ?? row.description,
      active: status === undefined ? row.active === 1 : status === 'ACTIVE',
      secret: given,
    }
    // Later than before in any case, so that a reader of the time sees that something changed.
    await updateWebhookRow(tx, row.id, fields, Math.max(now_ms, row.updated_ms + 1))
    if (events && events.length > 0) await setEvents(tx, row.id, events)
    // What waited while the webhook was disabled can go out.
    tx.afterCommit(() => wakeFor(tx.identity))
    return { webhook: await webhookToWire(tx, await webhookById(tx, webhook_id)) }
  },
})
