import { type Finding, inOrder, type Judged, type Risk, riskOf, SEVERITIES, type Severity, type Verdict, verdictOf } from './finding.ts'
import { RULES_VERSION } from './rules-version.ts'

/** What can be audited: files, a server that answers, or a registry by the server that keeps it. */
export const TARGETS = ['folder', 'server', 'registry'] as const
export type Target = (typeof TARGETS)[number]

/** What an audit found out; nothing in it depends on the time, the machine, or where the folder is. */
export type AuditReport = {
  readonly name: string
  readonly target: Target
  readonly risk: Risk
  readonly verdict: Verdict
  readonly rules_version: string
  readonly files: number
  readonly lines: number
  /**
   * Files that are no text, or over 5 MiB: scanned as models, and not read otherwise. Of servers and registries: what was not seen, and
   * why.
   */
  readonly not_read: readonly string[]
  readonly findings: readonly Finding[]
  /** What was found and judged before; it counts for nothing. */
  readonly allowed: readonly Judged[]
  /** What was looked at and found right; for servers and registries. */
  readonly passed: readonly string[]
}

/** What of a server or a registry was not looked at, in sentences; of files there are only names. */
export const notSeen = ({ target, not_read }: Pick<AuditReport, 'target' | 'not_read'>): readonly string[] =>
  target === 'folder' ? [] : not_read

/** How bad a report is, for a level to fail on: what was looked at in part counts as medium, unless worse was found. */
export function isAtLeast({ findings, verdict }: AuditReport, level: Severity): boolean {
  const at = SEVERITIES.indexOf(level)
  return (verdict === 'Warn' && at <= SEVERITIES.indexOf('medium')) || findings.some(({ weight }) => SEVERITIES.indexOf(weight) >= at)
}

type Counts = Partial<Pick<AuditReport, 'allowed' | 'files' | 'lines' | 'not_read' | 'passed'>>

/** The report of findings, in its order. */
export function reportOf(name: string, target: AuditReport['target'], findings: readonly Finding[], counts: Counts): AuditReport {
  const found = riskOf(findings)
  const is_partial = notSeen({ target, not_read: counts.not_read ?? [] }).length > 0
  const risk = is_partial && found === 'SAFE' ? 'UNKNOWN' : found
  return {
    name,
    target,
    risk,
    verdict: verdictOf(risk, is_partial),
    rules_version: RULES_VERSION,
    files: counts.files ?? 0,
    lines: counts.lines ?? 0,
    not_read: counts.not_read ?? [],
    findings: inOrder(findings),
    allowed: inOrder(counts.allowed ?? []),
    passed: counts.passed ?? [],
  }
}
