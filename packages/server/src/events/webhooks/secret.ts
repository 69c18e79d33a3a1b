import type { Reader } from '../../db/handles.ts'
import { keysOf, type Sealed } from '../../secrets/index.ts'
import type { WebhookRow } from './webhook-store.ts'

// Binds a sealed secret to its webhook: copied into another row, it can't be opened.
const contextOf = (webhook_id: string): string => `webhook/${webhook_id}/secret`

/** @throws ApiError INVALID_STATE when this server has no key */
export const sealSecret = (db: Reader, webhook_id: string, secret: string): Sealed => keysOf(db).seal(secret, contextOf(webhook_id))

/** The webhook's secret, or undefined. @throws Error when its key isn't there or the row was tampered with */
export function openSecret(db: Reader, row: Pick<WebhookRow, 'webhook_id' | 'secret' | 'secret_key'>): string | undefined {
  if (row.secret === null || row.secret_key === null) return undefined
  return keysOf(db).open({ text: row.secret, key_id: row.secret_key }, contextOf(row.webhook_id))
}

/** Seals a webhook's secret anew, with the key that is current now. */
export const resealSecret = (db: Reader, row: Pick<WebhookRow, 'webhook_id' | 'secret' | 'secret_key'>): Sealed | undefined => {
  const secret = openSecret(db, row)
  return secret === undefined ? undefined : sealSecret(db, row.webhook_id, secret)
}
