import type { FileResult, Severity } from '../finding.ts'
import type { ScanReport } from '../scan.ts'

const SEVERITY: Readonly<Record<Severity, string>> = { critical: 'critical', high: 'high', medium: 'medium', info: 'info' }

/** What the bill of materials says beside the report. `digests` are by file, in hex. */
export type BomSubject = {
  readonly name: string
  readonly version: string
  readonly made: Date
  readonly digests: ReadonlyMap<string, string>
}

/** The report as a CycloneDX 1.6 ML-BOM: the model, its files with their digests, and what was found in them. */
export function mlBomReport(report: ScanReport, subject: BomSubject, version: string): string {
  return JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        timestamp: subject.made.toISOString(),
        tools: { components: [{ type: 'application', name: 'millrace scan', version }] },
        component: {
          type: 'machine-learning-model',
          'bom-ref': 'model',
          name: subject.name,
          ...(subject.version !== '' && { version: subject.version }),
          properties: [
            { name: 'millrace:scan:ending', value: report.ending },
            { name: 'millrace:scan:rules', value: report.rules_version },
          ],
        },
      },
      components: report.files.map((file) => componentOf(file, subject.digests)),
      dependencies: [{ ref: 'model', dependsOn: report.files.map(refOf) }],
      vulnerabilities: report.files.flatMap((file) =>
        file.findings.filter(({ severity }) => severity !== 'info').map((one) => problemOf(file, one)),
      ),
    },
    null,
    2,
  )
}

const refOf = ({ file }: FileResult): string => `file:${file}`

function componentOf(result: FileResult, digests: ReadonlyMap<string, string>): object {
  const digest = digests.get(result.file)
  return {
    type: 'file',
    'bom-ref': refOf(result),
    name: result.file,
    ...(digest !== undefined && { hashes: [{ alg: 'SHA-256', content: digest }] }),
    properties: [
      { name: 'millrace:scan:ending', value: result.ending },
      { name: 'millrace:kind', value: result.kind },
      { name: 'millrace:bytes', value: String(result.bytes) },
    ],
  }
}

function problemOf(file: FileResult, { rule, severity, title, evidence, member, cve, cure }: FileResult['findings'][number]): object {
  return {
    id: rule,
    source: { name: 'millrace scan' },
    ratings: [{ severity: SEVERITY[severity], method: 'other' }],
    description: title,
    detail: member === '' ? evidence : `${evidence} (in ${member})`,
    recommendation: cure,
    ...(cve.length > 0 && { references: cve.map((id) => ({ id, source: { name: id.startsWith('CVE') ? 'NVD' : 'GitHub' } })) }),
    affects: [{ ref: refOf(file) }],
  }
}
