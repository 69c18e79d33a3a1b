import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { allowances } from './allowance.ts'
import { type AuditReport, reportOf } from './audit-report.ts'
import { type Baseline, readBaseline, reasonIn } from './baseline.ts'
import { type Finding, type Judged, weigh } from './finding.ts'
import { type AuditedFile, takeInventory } from './inventory.ts'
import { withoutReplacedImages } from './kustomized.ts'
import { findingsInModels } from './models.ts'
import { redact } from './redact.ts'
import type { Hit, Rule } from './rules/rule.ts'
import { RULES } from './rules.ts'
import { split } from './split.ts'
import { surfacesOf, withSurfaces } from './surface.ts'
import { loadGrammars } from './syntax/grammars.ts'
import { GRAMMARS, type Unit } from './unit.ts'

export type AuditOptions = {
  /** What the report calls it. */
  readonly name: string
  readonly baseline?: Baseline
  /** Whether allowances in the files count, and what their .gitignore leaves out: for the code of others they should not. */
  readonly allowances?: boolean
  /** Is told how far it is: by files of text, and then by models. */
  readonly onProgress?: (so_far: { readonly done: number; readonly of: number; readonly file: string }) => void
}

/** The baseline that a folder brings itself. */
const OWN_BASELINE = 'audit-baseline.json'

/** Audits the files below a folder, or one file. @throws the system's error when there is nothing */
export async function auditFolder(path: string, options: AuditOptions): Promise<AuditReport> {
  const { files, not_read } = takeInventory(resolve(path), options.allowances !== false)
  const own = files.find(({ file }) => file === OWN_BASELINE)
  const baseline = options.baseline ?? (own && options.allowances !== false ? readBaseline(own.text) : undefined)
  const root = lstatSync(path).isDirectory() ? resolve(path) : dirname(resolve(path))
  const models = await findingsInModels(
    not_read.map((file) => ({ path: join(root, file), file })),
    root,
    options.onProgress,
  )
  return auditFiles(
    files.filter((one) => one !== own),
    { ...options, ...(baseline && { baseline }), not_read, models },
  )
}

/** Audits files that were read. */
export async function auditFiles(
  files: readonly AuditedFile[],
  options: AuditOptions & { readonly not_read?: readonly string[]; readonly models?: readonly Finding[] },
): Promise<AuditReport> {
  const findings: Finding[] = []
  const allowed: Judged[] = []
  let lines = 0
  const units: Unit[] = []
  for (const [done, audited] of files.entries()) {
    options.onProgress?.({ done, of: files.length, file: audited.file })
    lines += audited.text.split('\n').length
    const own = split(audited)
    units.push(...own)
    await loadGrammars(own.flatMap(({ language }) => GRAMMARS[language] ?? []))
    const reasons = options.allowances === false ? undefined : allowances(audited.text)
    for (const finding of findingsOf(audited.file, own)) {
      const inline = reasons?.get(finding.line)?.find(({ rule }) => rule === finding.rule)?.reason
      const reason = inline ?? (options.baseline && reasonIn(options.baseline, finding))
      if (reason === undefined) findings.push(finding)
      else allowed.push({ ...finding, reason, by: inline === undefined ? 'baseline' : 'allowance' })
    }
  }
  const others = [...(options.models ?? []), ...surfacesOf(units, findings)]
  findings.push(...others.filter((one) => !judgedBefore(one, options, allowed)))
  return reportOf(options.name, 'folder', withSurfaces(units, withoutReplacedImages(units, findings)), {
    allowed,
    files: files.length,
    lines,
    not_read: options.not_read ?? [],
  })
}

function judgedBefore(finding: Finding, { baseline }: AuditOptions, allowed: Judged[]): boolean {
  const reason = baseline && reasonIn(baseline, finding)
  if (reason !== undefined) allowed.push({ ...finding, reason, by: 'baseline' })
  return reason !== undefined
}

/** What the rules find in a file, each place once a rule. What one rule knows for a secret, no other shows. */
function findingsOf(file: string, units: readonly Unit[]): Finding[] {
  const seen = new Set<string>()
  const times = new Map<string, number>()
  const secrets = new Map<number, string[]>()
  const hits = units.flatMap((unit) =>
    RULES.filter((rule) => isFor(rule, unit)).flatMap((rule) =>
      rule.find(unit).map((hit) => {
        const line = unit.lineInFile(hit.line)
        const end_line = unit.lineInFile(hit.end_line ?? hit.line)
        for (let at = line; hit.secrets && at <= end_line; at++) {
          const known = secrets.get(at)
          if (known) known.push(...hit.secrets)
          else secrets.set(at, [...hit.secrets])
        }
        return { unit, rule, hit, line }
      }),
    ),
  )
  return hits.flatMap(({ unit, rule, hit, line }) => {
    const place = `${rule.id} ${line}`
    if (seen.has(place)) return []
    seen.add(place)
    const text = `${rule.id} ${file} ${(unit.lines[hit.line - 1] ?? '').trim()}`
    const time = times.get(text) ?? 0
    times.set(text, time + 1)
    return [findingOf(rule, unit, hit, `${text} ${time}`, secrets.get(line) ?? [])]
  })
}

/** Whether a rule is to look at a unit: by its language, and whether it has any text without which the rule finds nothing. */
export const isFor = (rule: Rule, { language, text }: Unit): boolean =>
  rule.languages.includes(language) && rule.hints.some((hint) => text.includes(hint))

function findingOf(rule: Rule, unit: Unit, hit: Hit, identity: string, secrets: readonly string[]): Finding {
  const { id, category, confidence, title, why, means, recommendation, cwe } = rule
  const severity = hit.severity ?? rule.severity
  return {
    rule: id,
    category,
    severity,
    confidence,
    context: unit.context,
    weight: weigh(severity, confidence, unit.context),
    title,
    file: unit.file,
    line: unit.lineInFile(hit.line),
    end_line: unit.lineInFile(hit.end_line ?? hit.line),
    evidence: redact(hit.evidence ?? unit.lines[hit.line - 1] ?? '', category === 'CREDENTIALS_UNSAFE', secrets),
    why,
    means,
    recommendation,
    cwe,
    fingerprint: createHash('sha256').update(identity).digest('hex').slice(0, 16),
  }
}
