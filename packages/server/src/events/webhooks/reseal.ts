import { command, query, type Writer } from '../../db/handles.ts'
import { resealSecret } from './secret.ts'

const SEALED = query<{ id: number; webhook_id: string; secret: string; secret_key: string }>(
  (dialect) => `select id, webhook_id, secret, secret_key from webhook where secret is not null order by id ${dialect.lockRow}`,
)
const RESEAL = command('update webhook set secret = ?, secret_key = ? where id = ?')

/** Encrypts every webhook's secret with the key that is current. Gives how many there are. */
export async function resealWebhookSecrets(tx: Writer): Promise<number> {
  const rows = await tx.all(SEALED)
  for (const row of rows) {
    const sealed = resealSecret(tx, row)
    if (sealed) await tx.run(RESEAL, sealed.text, sealed.key_id, row.id)
  }
  return rows.length
}
