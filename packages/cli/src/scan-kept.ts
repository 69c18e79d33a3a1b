import type { MillraceClient, Output } from '@millrace/client'
import { endingOf, type FileResult, type Finding, RULES, type RuleId, type ScanReport, type Severity, worstOf } from '@millrace/scan'

type Kept = Output<'GET /api/2.0/millrace/model-versions/scan'>['scan']

/** A verdict keeps so many findings: where it is full, a file without one may have had some. */
const FINDINGS_KEPT_MAX = 100

/** What a server found in a version's files when it scanned them, as a report: for files that it does not hand out. */
export async function keptReport(client: MillraceClient, version: { name: string; version: string }): Promise<ScanReport> {
  const { scan } = await client.millrace.modelVersionsScan(version)
  const { files, bytes } = await client.millrace.modelVersionsManifest(version)
  const results = files.map(({ path, size }) => resultOf(path, size, scan))
  const ending = worstOf([endingIn(scan), ...results.map((one) => one.ending)])
  return { ending, rules_version: scan.rules_version, files: results, bytes, took_ms: 0 }
}

const endingIn = ({ ending }: Kept): ScanReport['ending'] => (ending === 'not_looked_at' ? 'not looked at' : ending)

function resultOf(file: string, bytes: number, scan: Kept): FileResult {
  const findings = scan.findings.filter((one) => one.file === file).map((one) => findingOf(file, one))
  const is_told = findings.length > 0 || scan.findings.length < FINDINGS_KEPT_MAX
  const ending = is_told ? endingOf(findings) : 'not looked at'
  return { file, bytes, ending, kind: '', findings, left_out: 0 }
}

function findingOf(
  file: string,
  { rule, severity, member = '', offset, evidence = '', cve, cure = '' }: Kept['findings'][number],
): Finding {
  return {
    rule: rule as RuleId,
    severity: severity as Severity,
    // A server of another version may know rules that are not known here.
    title: RULES[rule as RuleId]?.title ?? rule,
    file,
    member,
    ...(offset !== undefined && { offset }),
    evidence,
    cve: cve?.split(', ') ?? [],
    cure,
  }
}
