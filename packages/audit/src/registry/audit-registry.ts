import { createHash } from 'node:crypto'
import { type AuditReport, reportOf } from '../audit-report.ts'
import type { Finding } from '../finding.ts'
import { isOutside, isWide, REGISTRY_RULES, type RegistryRule } from './registry-rules.ts'

/** A version that production points to, and what its registry knows of it. */
export type VersionInUse = {
  readonly name: string
  readonly version: number
  /** The aliases and stages that point to it: `@champion`, `stage Production`. */
  readonly places: readonly string[]
  readonly scan: 'clean' | 'suspicious' | 'malicious' | 'not_looked_at'
  /** Rules of the scan's findings. */
  readonly scan_rules: readonly string[]
  readonly signed: boolean
  readonly approved: boolean
  /** The places to which it was put past the policy, and those that no rule protects. */
  readonly bypassed: readonly string[]
  readonly unprotected: readonly string[]
}

/** What a server knows of its own registry. */
export type RegistryFacts = {
  readonly in_use: readonly VersionInUse[]
  /** Every version, or the newest of very many. */
  readonly sources: Iterable<{ readonly name: string; readonly version: number; readonly source: string }>
  /** Where artifacts are kept: what names it, and the location. */
  readonly roots: readonly { readonly of: string; readonly location: string }[]
  /** What was left out, in sentences. */
  readonly left: readonly string[]
}

const SHOWN_RULES_MAX = 3
/** What a report may hold of one rule; the sentence that more was found stands among what was looked at. */
const FINDINGS_MAX = 1_000

/** The report on a registry by the server that keeps it: one finding a version and rule, so that two reports can be compared. */
export function auditRegistry(name: string, { in_use, sources, roots, left }: RegistryFacts): AuditReport {
  const found = new Map<RegistryRule, { file: string; evidence: string }[]>(Object.values(REGISTRY_RULES).map((rule) => [rule, []]))
  const tell = (rule: RegistryRule, file: string, evidence: string): void => void found.get(rule)?.push({ file, evidence })
  for (const version of in_use) ofVersion(version, tell)
  let versions = 0
  for (const { name: model, version, source } of sources) {
    versions++
    if (isOutside(source)) tell(REGISTRY_RULES.outside, uriOf(model, version), withoutLogin(source))
  }
  for (const { of, location } of roots) if (isWide(location)) tell(REGISTRY_RULES.wide_root, of, withoutLogin(location))
  const findings = [...found].flatMap(([rule, places]) => places.slice(0, FINDINGS_MAX).map((place) => findingOf(rule, place)))
  const more = [...found].flatMap(([{ rule }, { length }]) =>
    length > FINDINGS_MAX ? [`${rule} holds for ${length} places; the first ${FINDINGS_MAX} are in the report.`] : [],
  )
  const counted = `${versions} model versions were looked at, ${in_use.length} of them in production.`
  return reportOf(name, 'registry', findings, {
    passed: [...foundRight(found, in_use.length, versions, roots.length), counted],
    not_read: [...left, ...more],
  })
}

const uriOf = (name: string, version: number): string => `models:/${name}/${version}`
const withoutLogin = (uri: string): string => uri.replace(/(:\/\/)[^/@]*@/, '$1***@').slice(0, 200)

function ofVersion(one: VersionInUse, tell: (rule: RegistryRule, file: string, evidence: string) => void): void {
  const file = uriOf(one.name, one.version)
  const at = one.places.join(', ')
  const rules = one.scan_rules.slice(0, SHOWN_RULES_MAX).join(', ')
  const scan = { clean: undefined, ...REGISTRY_OF_SCAN }[one.scan]
  if (scan) tell(scan, file, rules === '' ? at : `${at}: ${rules}`)
  if (!one.signed) tell(REGISTRY_RULES.unsigned, file, at)
  if (!one.approved && one.bypassed.length === 0) tell(REGISTRY_RULES.unapproved, file, at)
  if (one.bypassed.length > 0) tell(REGISTRY_RULES.bypassed, file, one.bypassed.join(', '))
  if (one.unprotected.length > 0) tell(REGISTRY_RULES.unprotected, file, one.unprotected.join(', '))
}

const REGISTRY_OF_SCAN = {
  suspicious: REGISTRY_RULES.suspicious,
  malicious: REGISTRY_RULES.malicious,
  not_looked_at: REGISTRY_RULES.unscanned,
}

const findingOf = ({ severity, ...rule }: RegistryRule, { file, evidence }: { file: string; evidence: string }): Finding => ({
  ...rule,
  severity,
  confidence: 'high',
  context: 'code',
  weight: severity,
  file,
  line: 0,
  end_line: 0,
  evidence,
  fingerprint: createHash('sha256').update(`${rule.rule} ${file}`).digest('hex').slice(0, 16),
})

/** What each rule says of a registry in which it finds nothing; of an empty one there is nothing to say. */
function foundRight(found: ReadonlyMap<RegistryRule, readonly unknown[]>, in_use: number, versions: number, roots: number): string[] {
  const none = (...rules: readonly RegistryRule[]): boolean => rules.every((rule) => found.get(rule)?.length === 0)
  const { malicious, suspicious, unscanned, unsigned, unapproved, bypassed, unprotected, outside, wide_root } = REGISTRY_RULES
  const says: readonly [boolean, string][] = [
    [in_use > 0 && none(malicious, suspicious, unscanned), 'Each version in production has a clean scan.'],
    [in_use > 0 && none(unsigned), 'Each version in production has a signature.'],
    [in_use > 0 && none(unapproved, bypassed), 'Each version in production has an approval.'],
    [in_use > 0 && none(unprotected), 'Each place of production is protected by the policy.'],
    [versions > 0 && none(outside), 'No model version comes from outside.'],
    [roots > 0 && none(wide_root), 'Nothing keeps its artifacts in a folder or bucket that holds everything.'],
  ]
  return says.flatMap(([holds, sentence]) => (holds ? [sentence] : []))
}
