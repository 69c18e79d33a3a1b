import { type AuditReport, notSeen } from '../audit-report.ts'
import { surfaceLines } from './surface-lines.ts'
import { categoriesOf, nothingFound, placeOf, riskOfReport } from './text.ts'

// What is quoted must not become Markdown or HTML of the report.
const quoted = (text: string): string => `\`${text.replaceAll('`', 'ˋ')}\``
const plain = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&')

/** The report as a page. */
export function markdownReport(report: AuditReport): string {
  const out = [
    `# Audit of ${plain(report.name)}`,
    '',
    '| verdict | risk level | categories |',
    '|---|---|---|',
    `| ${report.verdict} | **${riskOfReport(report)}** | ${categoriesOf(report).join(', ')} |`,
    '',
    '## Full analysis',
    '',
  ]
  if (report.findings.length === 0) out.push(nothingFound(report), '')
  for (const [, group] of Map.groupBy(report.findings, (one) => `${one.rule} ${one.weight}`)) {
    const first = group[0]
    if (!first) continue
    out.push(`### [${first.category}] ${first.title}`, '', `${first.weight.toUpperCase()}, \`${first.rule}\`, CWE-${first.cwe}`, '')
    for (const finding of group) {
      out.push(`- ${quoted(placeOf(finding))}: ${quoted(finding.evidence)}`)
      if (finding.surface) out.push(...surfaceLines(finding.surface).map((line) => `  - ${plain(line)}`))
    }
    out.push('', `**Why it was flagged.** ${first.why}`, '', `**What this means.** ${first.means}`, '')
    out.push(`**Recommendation.** ${first.recommendation}`, '')
  }
  const unseen = notSeen(report)
  if (unseen.length > 0) out.push('## Not looked at', '', ...unseen.map((one) => `- ${plain(one)}`), '')
  if (report.passed.length > 0) out.push('## Found right', '', ...report.passed.map((one) => `- ${plain(one)}`), '')
  if (report.allowed.length > 0) {
    out.push('## Judged before', '', ...report.allowed.map((one) => `- \`${one.rule}\` ${quoted(placeOf(one))}: ${plain(one.reason)}`), '')
  }
  return out.join('\n').trimEnd()
}
