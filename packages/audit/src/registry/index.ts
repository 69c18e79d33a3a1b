/**
 * What a server needs that audits its own registry and keeps audits: the rules on registries and the reports, and none of the grammars by
 * which code is read.
 */
export { type AuditReport, reportOf, TARGETS, type Target } from '../audit-report.ts'
export { CATEGORIES, type Finding, type Judged, RISKS, riskOf, SEVERITIES, type Severity, verdictOf } from '../finding.ts'
export { htmlReport } from '../report/html.ts'
export { jsonReport } from '../report/json.ts'
export { markdownReport } from '../report/markdown.ts'
export { sarifReport } from '../report/sarif.ts'
export { RULES_VERSION } from '../rules-version.ts'
export { auditRegistry, type RegistryFacts, type VersionInUse } from './audit-registry.ts'
export { isServed } from './registry-rules.ts'
