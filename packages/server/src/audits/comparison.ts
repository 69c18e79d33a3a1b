import { read } from '../http/endpoint.ts'
import { array, int64, object, optional } from '../http/schema.ts'
import { auditBefore, auditById, auditToWire, onlyIn } from './audit-store.ts'
import { Audit, AuditId, Finding } from './kept-audit.ts'

const SHOWN_MAX = 1_000

export const compareAudit = read({
  route: 'GET /api/2.0/millrace/audits/{audit_id}/comparison',
  summary: 'Compare an audit with the one before of the same thing, or with another: which findings are new, and which are gone',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ audit_id: AuditId, with: optional(AuditId) }),
  output: object({
    with: optional({ ...Audit, json: { ...Audit.json, description: 'Absent where there is nothing to compare with' } }),
    new: array(Finding, { description: `At most ${SHOWN_MAX}` }),
    new_count: int64(),
    gone: array(Finding, { description: `At most ${SHOWN_MAX}` }),
    gone_count: int64(),
  }),
  heavy: import.meta.url,
  async handler(db, { audit_id, with: named }, { caller }) {
    const row = await auditById(db, caller, audit_id)
    const other = named === undefined ? await auditBefore(db, caller, row) : await auditById(db, caller, named)
    if (!other || row.state !== 'done' || other.state !== 'done') return { new: [], new_count: 0, gone: [], gone_count: 0 }
    const added = await onlyIn(db, row, other, SHOWN_MAX)
    const gone = await onlyIn(db, other, row, SHOWN_MAX)
    return {
      with: auditToWire(other),
      new: added.findings as Finding[],
      new_count: added.count,
      gone: gone.findings as Finding[],
      gone_count: gone.count,
    }
  },
})
