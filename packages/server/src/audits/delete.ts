import { write } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { auditById, deleteAudit } from './audit-store.ts'
import { AuditId } from './kept-audit.ts'

export const deleteKeptAudit = write({
  route: 'DELETE /api/2.0/millrace/audits/{audit_id}',
  summary: 'Delete an audit that is kept',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ audit_id: AuditId }),
  output: object({}),
  async handler(tx, { audit_id }, { caller }) {
    await deleteAudit(tx, await auditById(tx, caller, audit_id))
    return {}
  },
})
