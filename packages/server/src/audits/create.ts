import { reportOf } from '@millrace/audit/registry'
import { write } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { array, int64, object, string, withDefault } from '../http/schema.ts'
import { auditById, auditToWire, keepReport, openAudit, sentBy } from './audit-store.ts'
import { Audit, Finding, JudgedFinding, Target } from './kept-audit.ts'

const FINDINGS_MAX = 10_000
const LINES_MAX = 4_000
const BODY_MAX_BYTES = 32 * 2 ** 20
/** Of one account in a workspace: who audits at every commit deletes the old ones, or lets the server do it by their age. */
const SENT_MAX = 2_000
const sentence = string({ max: 4_096 })

/** The risk and the verdict are worked out again: what is kept says what its findings say. */
export const createAudit = write({
  route: 'POST /api/2.0/millrace/audits',
  summary: 'Keep a report that millrace audit made elsewhere, as it writes it with --format json',
  access: { signed_in: 'it is kept for the caller, and shown to them and to admins' },
  input: object({
    name: string({ min: 1, max: 256 }),
    target: Target,
    rules_version: string({ max: 64 }),
    files: withDefault(int64({ min: 0 }), 0),
    lines: withDefault(int64({ min: 0 }), 0),
    not_read: withDefault(array(sentence, { max: LINES_MAX }), []),
    findings: array(Finding, { max: FINDINGS_MAX }),
    allowed: withDefault(array(JudgedFinding, { max: FINDINGS_MAX }), []),
    passed: withDefault(array(sentence, { max: LINES_MAX }), []),
  }),
  output: object({ audit: Audit }),
  body_max_bytes: BODY_MAX_BYTES,
  async handler(tx, { name, target, rules_version, ...told }, { caller, now_ms }) {
    if ((await sentBy(tx, caller)) >= SENT_MAX) {
      throw new ApiError(
        'REQUEST_LIMIT_EXCEEDED',
        `${SENT_MAX} audits that you sent are kept: delete some of them (DELETE .../audits/{audit_id}).`,
      )
    }
    const audit_id = await openAudit(tx, { target, name, origin: 'sent', by: caller, at_ms: now_ms })
    await keepReport(tx, audit_id, { ...reportOf(name, target, told.findings, told), rules_version }, now_ms)
    return { audit: auditToWire(await auditById(tx, caller, audit_id)) }
  },
})
