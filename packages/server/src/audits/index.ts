import type { Endpoint } from '../http/endpoint.ts'
import { compareAudit } from './comparison.ts'
import { createAudit } from './create.ts'
import { deleteKeptAudit } from './delete.ts'
import { listAuditFindings } from './findings.ts'
import { getAudit } from './get.ts'
import { listAudits } from './list.ts'
import { pruneAudits } from './prune.ts'
import { getAuditReport } from './report.ts'
import { runAudit } from './run.ts'

/** Audits of the registry, by the server itself, and those of other things that were sent to be kept. */
export { Auditor, DEFAULT_SCHEDULE } from './auditor.ts'

export const keptAuditEndpoints: readonly Endpoint[] = [
  listAudits,
  createAudit,
  runAudit,
  pruneAudits,
  getAudit,
  deleteKeptAudit,
  listAuditFindings,
  compareAudit,
  getAuditReport,
]
