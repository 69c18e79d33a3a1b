import type { Finding, Severity } from '../finding.ts'
import { RULES, type RuleId } from '../rules.ts'
import type { ScanReport } from '../scan.ts'

const LEVEL: Readonly<Record<Severity, string>> = { critical: 'error', high: 'error', medium: 'warning', info: 'note' }
/** What code hosts sort by. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = { critical: '9.8', high: '8.0', medium: '5.5', info: '0.0' }

/** The report in SARIF 2.1.0, which code hosts and editors show. */
export function sarifReport(report: ScanReport, version: string): string {
  const findings = report.files.flatMap((file) => file.findings)
  const used = [...new Set(findings.map(({ rule }) => rule))].sort()
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'millrace scan', version, informationUri: 'https://millrace.dev', rules: used.map(ruleOf) } },
          artifacts: report.files.map(({ file, bytes }) => ({ location: { uri: uriOf(file) }, length: bytes })),
          results: findings.map((finding) => resultOf(finding, used, report)),
          invocations: [{ executionSuccessful: true }],
          properties: { ending: report.ending, rules_version: report.rules_version },
        },
      ],
    },
    null,
    2,
  )
}

function ruleOf(id: RuleId): object {
  const { title, cure, severity, cve = [] } = RULES[id]
  return {
    id,
    shortDescription: { text: `${title}.` },
    help: { text: cure },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: { 'security-severity': SECURITY_SEVERITY[severity], tags: ['security', ...cve] },
  }
}

function resultOf(finding: Finding, rules: readonly RuleId[], report: ScanReport): object {
  const { rule, severity, title, evidence, file, member, offset } = finding
  const region = offset !== undefined && member === '' ? { region: { byteOffset: offset, byteLength: 1 } } : {}
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: LEVEL[severity],
    message: { text: `${title}: ${evidence}${member === '' ? '' : ` (in ${member})`}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file), index: report.files.findIndex((one) => one.file === file) }, ...region },
        ...(member !== '' && { logicalLocations: [{ fullyQualifiedName: `${file}!${member}`, kind: 'member' }] }),
      },
    ],
    properties: { severity, cve: finding.cve, ...(offset !== undefined && { offset }) },
  }
}

const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/')
