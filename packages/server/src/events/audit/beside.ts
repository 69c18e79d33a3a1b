import { query, type Writer } from '../../db/handles.ts'
import type { AuditEntry } from '../../http/audit.ts'
import { factsOf } from './entry.ts'
import { addPending } from './log-store.ts'

const KEPT = query<{ n: number }>(
  'select (select count(*) from audit_head where seq > 0) + (select count(*) from (select 1 from audit_pending limit 1) waiting) n',
)

/**
 * Records what an operator's command does, in its commit, where a log is kept: where it has an entry already. A server links it later.
 */
export async function recordBeside(tx: Writer, entry: AuditEntry): Promise<void> {
  if (((await tx.get(KEPT))?.n ?? 0) > 0) await addPending(tx, entry.at_ms, factsOf(entry))
}
