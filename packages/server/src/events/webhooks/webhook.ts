import { invalid } from '../../http/errors.ts'
import { array, enumOf, int64, object, optional, type Schema, type Static, string } from '../../http/schema.ts'
import { WebhookEvent } from './event-type.ts'

export const WebhookId = string({ min: 1, max: 64, description: 'As the answer to its creation gave it' })
export const Description = string({ max: 5_000 })
export const SecretText = string({ max: 1_000, description: 'Signs what is sent; kept encrypted, and never given back' })
export const UrlText = string({ max: 2_000 })
export const Events = array(WebhookEvent, { max: 100 })
export const Status = enumOf(['ACTIVE', 'DISABLED'])

const anyName = string({ max: 63 })

/** 1 to 63 letters, digits, dots, underscores and hyphens, a letter or digit at both ends, as in MLflow. */
export const WebhookName: Schema<string> = {
  ...anyName,
  decode(raw) {
    const name = string().decode(raw)
    if (/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i.test(name)) return name
    throw invalid(
      `Webhook name '${name.slice(0, 100)}' is invalid: 1 to 63 letters, digits, '.', '_' and '-', a letter or digit first and last.`,
    )
  },
}

/** A webhook on the wire; its secret is not part of it. */
export const Webhook = object({
  webhook_id: string(),
  name: string(),
  description: optional(string()),
  url: string(),
  events: array(WebhookEvent),
  status: Status,
  creation_timestamp: int64({ description: 'Milliseconds since 1970' }),
  last_updated_timestamp: int64({ description: 'Milliseconds since 1970' }),
})
export type Webhook = Static<typeof Webhook>
