import { htmlReport, jsonReport, markdownReport, sarifReport } from '@millrace/audit/registry'
import { stream } from '../http/endpoint.ts'
import { enumOf, object, withDefault } from '../http/schema.ts'
import { OWN_VERSION } from '../own-version.ts'
import { auditById, reportOfAudit } from './audit-store.ts'
import { AuditId } from './kept-audit.ts'

const FORMATS = ['json', 'sarif', 'markdown', 'html'] as const
const TYPES = { json: 'application/json', sarif: 'application/sarif+json', markdown: 'text/markdown', html: 'text/html' } as const
const ENDS = { json: 'json', sarif: 'sarif', markdown: 'md', html: 'html' } as const

/** The report as `millrace audit` writes it. It is a file to keep, and never a page of this server: it quotes what others wrote. */
export const getAuditReport = stream({
  route: 'GET /api/2.0/millrace/audits/{audit_id}/report',
  summary: 'Download the report of an audit: the same bytes for the same audit',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ audit_id: AuditId, format: withDefault(enumOf(FORMATS), 'json') }),
  answers: 'The report as JSON, SARIF 2.1.0, Markdown or HTML',
  async handler({ audit_id, format }, { caller }, { db }) {
    const report = await reportOfAudit(db, await auditById(db, caller, audit_id))
    const text = {
      json: () => jsonReport(report),
      sarif: () => sarifReport(report, OWN_VERSION),
      markdown: () => markdownReport(report),
      html: () => htmlReport(report),
    }[format]()
    return {
      headers: {
        'content-type': `${TYPES[format]}; charset=utf-8`,
        'content-disposition': `attachment; filename="${audit_id}.${ENDS[format]}"`,
        'content-security-policy': "sandbox; default-src 'none'",
      },
      body: `${text}\n`,
    }
  },
})
