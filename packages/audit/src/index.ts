/**
 * Audits of MLOps code and of running servers, as people publish them: a risk level, categories, evidence, recommendations. Nothing of
 * what is audited is run, nothing is sent anywhere, and the same files give the same report to the byte.
 */
export { type AuditOptions, auditFiles, auditFolder } from './audit.ts'
export { type AuditReport, isAtLeast } from './audit-report.ts'
export { type Baseline, readBaseline, writeBaseline } from './baseline.ts'
export {
  CATEGORIES,
  type Category,
  type Finding,
  type Judged,
  RISKS,
  type Risk,
  type Severity,
  type Surface,
  type Verdict,
} from './finding.ts'
export { type AuditedFile, readAudited } from './inventory.ts'
export { findingsInModels, unregisteredModel } from './models.ts'
export { htmlReport } from './report/html.ts'
export { jsonReport } from './report/json.ts'
export { markdownReport } from './report/markdown.ts'
export { sarifReport } from './report/sarif.ts'
export { textReport } from './report/text.ts'
export type { Rule } from './rules/rule.ts'
export { RULES } from './rules.ts'
export { RULES_VERSION } from './rules-version.ts'
export { auditServer, isNear, type ServerOptions } from './server/audit-server.ts'
