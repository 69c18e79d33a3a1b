import { read } from '../http/endpoint.ts'
import { array, object, optional, string } from '../http/schema.ts'
import { auditBefore, auditById, auditToWire } from './audit-store.ts'
import { Audit, AuditId } from './kept-audit.ts'

export const getAudit = read({
  route: 'GET /api/2.0/millrace/audits/{audit_id}',
  summary: 'Get an audit: what came out, what was found right, and what was not read',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ audit_id: AuditId }),
  output: object({
    audit: Audit,
    passed: array(string({ description: 'A sentence on something that was looked at and found right' })),
    not_read: array(
      string({ description: 'A file that was scanned as a model and not read; of a server or registry, what was not looked at, and why' }),
    ),
    previous: optional(Audit),
  }),
  async handler(db, { audit_id }, { caller }) {
    const row = await auditById(db, caller, audit_id)
    const previous = await auditBefore(db, caller, row)
    return {
      audit: auditToWire(row),
      passed: JSON.parse(row.passed ?? '[]') as string[],
      not_read: JSON.parse(row.not_read ?? '[]') as string[],
      previous: previous && auditToWire(previous),
    }
  },
})
