import { createHmac } from 'node:crypto'
import type { Settings } from '../../config.ts'
import { post, type Sent } from '../../egress/index.ts'

export type Message = {
  readonly url: string
  readonly delivery_id: string
  readonly body: string
  readonly secret: string | undefined
}

/**
 * Sends a message with MLflow's headers. The signature is over id, time and body: a receiver that checks it and refuses what is older than
 * five minutes can't be shown the same message again later.
 */
export function send(message: Message, settings: Settings, signal?: AbortSignal): Promise<Sent> {
  const { url, delivery_id, body, secret } = message
  const timestamp = String(Math.floor(Date.now() / 1000))
  return post({
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'x-mlflow-delivery-id': delivery_id,
      'x-mlflow-timestamp': timestamp,
      ...(secret !== undefined && { 'x-mlflow-signature': signatureOf(secret, delivery_id, timestamp, body) }),
    },
    allowed_hosts: settings.webhook_allowed_hosts ?? [],
    ...(signal && { signal }),
  })
}

/** `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. */
export const signatureOf = (secret: string, delivery_id: string, timestamp: string, body: string): string =>
  `v1,${createHmac('sha256', secret).update(`${delivery_id}.${timestamp}.${body}`).digest('base64')}`

/** Whether the receiver took it: neither a redirect nor an error. */
export const isTaken = ({ status }: Sent): boolean => status >= 200 && status < 300
