import { write } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { auditById, auditToWire, openAudit } from './audit-store.ts'
import { Audit, nameOfRegistry } from './kept-audit.ts'
import { openAuditOf } from './waiting-store.ts'
import { wakeFor } from './wake.ts'

export const runAudit = write({
  route: 'POST /api/2.0/millrace/audits/run',
  summary: 'Have the server audit its registry now; the answer names the audit, which is made a moment later',
  access: { permission: 'manage', on: () => ({ server: 'audits' }) },
  input: object({}),
  output: object({ audit: Audit }),
  async handler(tx, _, { caller, now_ms }) {
    const asked = { target: 'registry', origin: 'request', by: caller, at_ms: now_ms } as const
    // Who asks twice gets the one that waits.
    const audit_id = (await openAuditOf(tx)) ?? (await openAudit(tx, { ...asked, name: nameOfRegistry(caller.workspace) }))
    tx.afterCommit(() => wakeFor(tx.identity))
    return { audit: auditToWire(await auditById(tx, caller, audit_id)) }
  },
})
