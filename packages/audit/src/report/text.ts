import { type AuditReport, notSeen } from '../audit-report.ts'
import { CATEGORIES, type Finding } from '../finding.ts'
import { surfaceLines } from './surface-lines.ts'

/** The categories of a report, in their own order. */
export const categoriesOf = ({ findings, risk }: AuditReport): string[] => {
  const found = new Set(findings.filter(({ weight }) => weight !== 'info').map(({ category }) => category))
  return found.size === 0 ? [risk === 'UNKNOWN' ? risk : 'SAFE'] : CATEGORIES.filter((one) => found.has(one))
}

/** The risk level in words: of what was looked at in part, that there may be more. */
export const riskOfReport = (report: AuditReport): string =>
  notSeen(report).length === 0
    ? report.risk
    : `${report.risk} (${report.risk === 'UNKNOWN' ? '' : 'or more: '}not everything could be looked at, see below)`

/** What stands where findings would. */
export const nothingFound = (report: AuditReport): string =>
  notSeen(report).length === 0 ? 'Nothing is open.' : 'Nothing was found in what could be looked at.'

/** `train.py (lines 3-5)`, and an address without a line. */
export const placeOf = ({ file, line, end_line }: Finding): string =>
  line === 0 ? file : end_line > line ? `${file} (lines ${line}-${end_line})` : `${file} (line ${line})`

const unread = (count: number): string => (count === 0 ? '' : `; ${count} scanned as models (no text, or too big)`)

/** What was looked at, in words. */
export const where = ({ target, files, lines, not_read }: AuditReport): string =>
  target === 'server'
    ? 'a running server'
    : target === 'registry'
      ? 'a registry, by its server'
      : `${files} ${files === 1 ? 'file' : 'files'}, ${lines} lines${unread(not_read.length)}`

/** The report in the layout in which audits of skills are published, for people. */
export function textReport(report: AuditReport): string {
  const { name, verdict, findings, allowed, passed } = report
  const out = [
    name,
    `Verdict:    ${verdict}`,
    `Risk level: ${riskOfReport(report)}`,
    `Categories: ${categoriesOf(report).join(', ')}`,
    `Looked at:  ${where(report)}`,
    '',
    'Full analysis',
  ]
  if (findings.length === 0) out.push(`  ${nothingFound(report)}`)
  for (const [rule, group] of Map.groupBy(findings, (one) => `${one.rule} ${one.weight}`)) {
    const first = group[0]
    if (!first || rule === '') continue
    out.push('', `  [${first.category}] ${first.title} (${first.weight.toUpperCase()}, ${first.rule}, CWE-${first.cwe})`)
    for (const finding of group) {
      out.push(`    ${placeOf(finding)}: ${finding.evidence}`)
      if (finding.surface) out.push(...surfaceLines(finding.surface).map((line) => `      - ${line}`))
    }
    out.push(`    Why it was flagged: ${first.why}`, `    What this means: ${first.means}`, `    Recommendation: ${first.recommendation}`)
  }
  const unseen = notSeen(report)
  if (unseen.length > 0) out.push('', 'Not looked at', ...unseen.map((one) => `  ${one}`))
  if (passed.length > 0) out.push('', 'Found right', ...passed.map((one) => `  ${one}`))
  if (allowed.length > 0) {
    out.push('', `Judged before (${allowed.length})`, ...allowed.map((one) => `  ${one.rule} ${placeOf(one)}: ${one.reason}`))
  }
  return out.join('\n')
}
