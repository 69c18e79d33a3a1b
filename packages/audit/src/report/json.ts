import type { AuditReport } from '../audit-report.ts'

/** The report as one JSON object, for programs. */
export const jsonReport = (report: AuditReport): string => JSON.stringify({ auditor: 'millrace', ...report }, null, 2)
