import { type AuditReport, notSeen } from '../audit-report.ts'
import type { Finding, Judged, Severity } from '../finding.ts'

const LEVEL: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' }
/** What code hosts sort by. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', info: '0.0' }

/** The report in SARIF 2.1.0, which code hosts and editors show. What was judged before is in it as suppressed. */
export function sarifReport(report: AuditReport, version: string): string {
  const all: readonly (Finding | Judged)[] = [...report.findings, ...report.allowed]
  const used = [...new Map(all.map((one) => [one.rule, one])).values()].sort((a, b) => (a.rule < b.rule ? -1 : 1))
  const ids = used.map(({ rule }) => rule)
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'millrace audit', version, informationUri: 'https://millrace.dev', rules: used.map(ruleOf) } },
          results: all.map((one) => resultOf(one, ids)),
          invocations: [{ executionSuccessful: true, ...notificationsOf(notSeen(report)) }],
          properties: { risk: report.risk, verdict: report.verdict, rules_version: report.rules_version },
        },
      ],
    },
    null,
    2,
  )
}

const notificationsOf = (unseen: readonly string[]): object =>
  unseen.length > 0 ? { toolExecutionNotifications: unseen.map((text) => ({ level: 'warning', message: { text } })) } : {}

/** A path as SARIF wants it; the address of a server, or a version's name, is one. */
const uriOf = (file: string): string => {
  if (/^https?:/.test(file)) return file
  return file.startsWith('models:/') ? encodeURI(file) : file.split('/').map(encodeURIComponent).join('/')
}

const ruleOf = ({ rule, title, why, recommendation, severity, category, cwe }: Finding): object => ({
  id: rule,
  shortDescription: { text: `${title}.` },
  fullDescription: { text: why },
  help: { text: recommendation },
  defaultConfiguration: { level: LEVEL[severity] },
  properties: { 'security-severity': SECURITY_SEVERITY[severity], tags: ['security', category, `external/cwe/cwe-${cwe}`] },
})

const resultOf = (finding: Finding | Judged, ids: readonly string[]): object => ({
  ruleId: finding.rule,
  ruleIndex: ids.indexOf(finding.rule),
  level: LEVEL[finding.weight],
  message: { text: `${finding.title}: ${finding.evidence}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(finding.file) },
        ...(finding.line > 0 && { region: { startLine: finding.line, endLine: finding.end_line } }),
      },
    },
  ],
  partialFingerprints: { 'millrace/v1': finding.fingerprint },
  ...('reason' in finding && { suppressions: [{ kind: 'external', justification: finding.reason }] }),
  properties: { weight: finding.weight, confidence: finding.confidence, context: finding.context },
})
