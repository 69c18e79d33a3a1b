import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type FileResult, RULES, type Finding as Scanned, scanFiles } from '@millrace/scan'
import { type Finding, weigh } from './finding.ts'
import { contextOf } from './inventory.ts'
import { redact } from './redact.ts'

const FILES_MAX = 10_000

/** What a scan finds in the files that are no text: models run code when they are loaded, and here they are read without. */
export async function findingsInModels(root: string, files: readonly string[]): Promise<Finding[]> {
  if (files.length === 0) return []
  const wanted = files.slice(0, FILES_MAX).map((file) => ({ path: join(root, file), file }))
  const { files: results } = await scanFiles(wanted, [root])
  return results.flatMap(ofFile)
}

/** A picture is no model that could not be read: what was not looked at, or is broken, is for `millrace scan` to say. */
const counts = ({ rule, severity }: Scanned, file: string): boolean =>
  severity !== 'info' &&
  RULES[rule].unread !== true &&
  !rule.endsWith('/broken') &&
  !(/^(?:file\/polyglot$|archive\/)/.test(rule) && PICTURE.test(file))
/** Cameras put films behind their pictures, and no program loads a model from a file of such a name. */
const PICTURE = /\.(?:jpe?g|png|gif|webp|heic)$/i

const ofFile = ({ file, findings }: FileResult): Finding[] => {
  const [worst] = findings.filter((one) => counts(one, file)).sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
  return worst ? [findingOf(file, worst)] : []
}

const ORDER: readonly Scanned['severity'][] = ['critical', 'high', 'medium', 'info']

function findingOf(file: string, { rule, severity, title, member, evidence, cure }: Scanned): Finding {
  const context = contextOf(file)
  return {
    rule: `scan/${rule}`,
    category: severity === 'critical' ? 'REMOTE_CODE_EXECUTION' : 'MODEL_INTEGRITY',
    severity,
    confidence: 'high',
    context,
    weight: weigh(severity, 'high', context),
    title: `A model’s file: ${title}`,
    file,
    line: 0,
    end_line: 0,
    evidence: redact(member === '' ? evidence : `${member}: ${evidence}`, false),
    why: 'The file was read without being loaded, and this is in it.',
    means: 'Who loads it runs what its author put into it, or something that cannot be told before.',
    recommendation: cure,
    cwe: 502,
    fingerprint: createHash('sha256').update(`scan ${rule} ${file} ${member}`).digest('hex').slice(0, 16),
  }
}
