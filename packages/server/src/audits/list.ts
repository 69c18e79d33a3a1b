import { read } from '../http/endpoint.ts'
import { openPage, sealPage } from '../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../http/schema.ts'
import { auditsBefore, auditToWire } from './audit-store.ts'
import { Audit, Target } from './kept-audit.ts'

export const listAudits = read({
  route: 'GET /api/2.0/millrace/audits',
  summary: 'List the audits that are kept, the newest first: all for admins, for others those that they sent',
  access: { signed_in: 'others than admins are told of what they sent themselves' },
  input: object({
    target: optional(Target),
    name: optional(string({ min: 1, max: 256, description: 'A part of the name of what was audited' })),
    max_results: withDefault(int64({ min: 1, max: 200 }), 50),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({ audits: array(Audit), next_page_token: optional(string()) }),
  async handler(db, { target, name, max_results, page_token }, { caller }) {
    const purpose = JSON.stringify(['audits 1', target ?? null, name ?? null])
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, purpose, page_token)
    const found = await auditsBefore(db, caller, { target, name, before }, max_results + 1)
    const page = found.slice(0, max_results)
    const audits = page.map(auditToWire)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { audits }
    return { audits, next_page_token: await sealPage(db, purpose, last.id) }
  },
})
