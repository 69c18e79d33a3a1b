import { createHash } from 'node:crypto'
import { type FileResult, RULES, type Finding as Scanned, scanFiles } from '@millrace/scan'
import { type Finding, weigh } from './finding.ts'
import { contextOf } from './inventory.ts'
import { redact } from './redact.ts'

const AT_ONCE_MAX = 10_000

/** What a scan finds in the files that are no text: models run code when they are loaded, and here they are read without. */
export async function findingsInModels(
  files: readonly { path: string; file: string }[],
  root: string,
  onProgress?: (so_far: { done: number; of: number; file: string }) => void,
): Promise<Finding[]> {
  const found: Finding[] = []
  for (let at = 0; at < files.length; at += AT_ONCE_MAX) {
    const { files: results } = await scanFiles(files.slice(at, at + AT_ONCE_MAX), [root], { ...(onProgress && { onProgress }) })
    found.push(...results.flatMap(ofFile))
  }
  return found
}

/** A model that no version of the registry has; `versions` have another file at its path. */
export function unregisteredModel(file: string, uri: string, versions: readonly string[]): Finding {
  const is_changed = versions.length > 0
  const severity = is_changed ? 'high' : 'medium'
  return {
    rule: is_changed ? 'integrity/changed-model' : 'integrity/unregistered-model',
    category: 'MODEL_INTEGRITY',
    severity,
    confidence: 'high',
    context: 'code',
    weight: severity,
    title: is_changed ? 'A model is another than the registered one at its place' : 'A model that the registry does not know',
    file,
    line: 0,
    end_line: 0,
    evidence: redact(is_changed ? `${uri}, of which ${versions.join(', ')} has another state` : uri, false),
    why: 'The registry was asked by digest, and no version of it has this file.',
    means: 'Nobody scanned, signed or approved it, and who loads it from here goes past all that.',
    recommendation: 'Register it, or take it away; let programs load models by the registry alone.',
    cwe: 345,
    fingerprint: createHash('sha256').update(`unregistered ${uri}`).digest('hex').slice(0, 16),
  }
}

/** A picture is no model that could not be read: what was not looked at, or is broken, is for `millrace scan` to say. */
const counts = ({ rule, severity }: Scanned, file: string): boolean =>
  severity !== 'info' &&
  RULES[rule].unread !== true &&
  !rule.endsWith('/broken') &&
  !(/^(?:file\/polyglot$|archive\/)/.test(rule) && PICTURE.test(file)) &&
  !(rule === 'file/native' && PROGRAM.test(file))
/** What is a program by its name hides none. */
const PROGRAM = /\.(?:jar|war|class|so|dll|dylib|exe|whl|node|wasm)$/i
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
