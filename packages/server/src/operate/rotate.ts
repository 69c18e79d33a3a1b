import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import { resignAuditLog } from '../events/audit/index.ts'
import { resealWebhookSecrets } from '../events/webhooks/index.ts'
import { addKey, dropKeys, holdKeys, ringOf } from '../secrets/index.ts'

export type Rotated = { readonly secrets: number; readonly key_id: string }

/**
 * Encrypts every stored secret with a new key, where the keys are in a file, or with the first of those that are given. The key before
 * stays in the file: a server that runs meanwhile may still use it.
 */
export async function rotate(db: Database, keys: Pick<Config, 'secret_keys' | 'secret_key_file'>): Promise<Rotated> {
  const file = keys.secret_keys ? undefined : keys.secret_key_file
  const before = file === undefined ? undefined : addKey(file)
  const ring = ringOf(keys)
  holdKeys(db.reader, ring)
  const secrets = await db.write(async (tx) => {
    await resignAuditLog(tx)
    return resealWebhookSecrets(tx)
  })
  const last = before?.keys().next().value
  if (file !== undefined && last !== undefined) dropKeys(file, new Set([last]))
  return { secrets, key_id: ring.ids[0] as string }
}
