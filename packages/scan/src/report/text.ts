import type { FileResult, Finding } from '../finding.ts'
import type { ScanReport } from '../scan.ts'

/** The report for a person: what was found first, and how it ended last. */
export function textReport(report: ScanReport): string {
  const told = report.files.filter(({ findings }) => findings.some(({ severity }) => severity !== 'info'))
  const notes = report.files.filter((file) => !told.includes(file) && file.findings.length > 0)
  return [...told.map(fileLines), noteLines(notes), summary(report)].filter((part) => part !== '').join('\n')
}

function fileLines({ file, ending, kind, findings, left_out }: FileResult): string {
  const lines = [`${ending.toUpperCase()}  ${file} (${kind || 'not opened'})`]
  for (const finding of findings) lines.push(...findingLines(finding))
  if (left_out > 0) lines.push(`  and ${left_out} more`)
  return `${lines.join('\n')}\n`
}

function findingLines({ rule, severity, title, member, offset, evidence, cve, cure }: Finding): string[] {
  const where = [member === '' ? undefined : `in ${member}`, offset === undefined ? undefined : `at byte ${offset}`]
    .filter(Boolean)
    .join(' ')
  return [
    `  ${severity} ${rule}: ${title}`,
    `    ${evidence}${where === '' ? '' : ` (${where})`}`,
    ...(severity === 'info' ? [] : [`    What to do: ${cure}${cve.length > 0 ? ` See ${cve.join(', ')}.` : ''}`]),
  ]
}

const NOTES_MAX = 20

function noteLines(files: readonly FileResult[]): string {
  const lines = files
    .slice(0, NOTES_MAX)
    .map(({ file, ending, findings }) => `${ending}  ${file}: ${findings[0]?.title} (${findings[0]?.evidence})`)
  if (files.length > NOTES_MAX) lines.push(`and ${files.length - NOTES_MAX} more files with notes`)
  return lines.join('\n')
}

function summary({ files, ending, took_ms, bytes, rules_version }: ScanReport): string {
  const count = (what: FileResult['ending']): number => files.filter((file) => file.ending === what).length
  const parts = (['malicious', 'suspicious', 'not looked at', 'clean'] as const).map((what) => `${count(what)} ${what}`)
  const size = bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
  return `${ending.toUpperCase()}: ${files.length} files, ${size}: ${parts.join(', ')}. ${took_ms.toFixed(0)} ms, rules ${rules_version}.`
}
