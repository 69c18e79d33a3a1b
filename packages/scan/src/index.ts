/**
 * Finds out whether a model's files would run something when they are loaded, without loading them. Files are read by
 * `@millrace/formats`, in a
 * child process that can read them and do nothing else; what it can't make sense of is "not looked at", which is never "clean".
 */
export { CHILD_LIMITS, type ChildLimits } from './child/run-child.ts'
export { type Ending, endingOf, type FileResult, type Finding, type Severity, worstOf } from './finding.ts'
export { jsonReport } from './report/json.ts'
export { type BomSubject, mlBomReport } from './report/ml-bom.ts'
export { sarifReport } from './report/sarif.ts'
export { textReport } from './report/text.ts'
export type { Rule } from './rules/rule.ts'
export { RULES, RULES_VERSION, type RuleId } from './rules.ts'
export { type FileToScan, type Progress, type ScanOptions, type ScanReport, scanFiles, scanPath } from './scan.ts'
