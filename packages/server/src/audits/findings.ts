import { read } from '../http/endpoint.ts'
import { openPage, sealPage } from '../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { auditById, findingsAfter } from './audit-store.ts'
import { AuditId, Category, KeptFinding, Weight } from './kept-audit.ts'

export const listAuditFindings = read({
  route: 'GET /api/2.0/millrace/audits/{audit_id}/findings',
  summary: 'List the findings of an audit in the order of its report, the worst first',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({
    audit_id: AuditId,
    category: optional(Category),
    weight: optional(Weight),
    search: optional(string({ min: 1, max: 256, description: 'A part of anything that the finding says' })),
    allowed: withDefault(boolean({ description: 'Those that were judged before, in place of those that count' }), false),
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 200),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({ findings: array(KeptFinding), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { audit_id, allowed, max_results, page_token, ...asked }, { caller }) {
    const row = await auditById(db, caller, audit_id)
    const purpose = JSON.stringify(['audits/findings 1', audit_id, allowed, asked])
    const after = page_token === '' ? -1 : await openPage<number>(db, purpose, page_token)
    const found = await findingsAfter(db, row, { ...asked, judged: allowed, after }, max_results + 1)
    const page = found.slice(0, max_results)
    const findings = page.map(({ finding }) => finding)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { findings }
    return { findings, next_page_token: await sealPage(db, purpose, last.seq) }
  },
})
