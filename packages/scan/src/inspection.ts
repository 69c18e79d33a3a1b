import { endingOf, type FileResult, type Finding, type Severity } from './finding.ts'
import type { TensorData } from './models/tensor-files.ts'
import { RULES, type RuleId } from './rules.ts'

/** How much is unpacked and followed. */
export type Limits = {
  /** Of one member, unpacked in memory. */
  readonly member_max_bytes: number
  /** Of all that a file unpacks to. */
  readonly unpacked_max_bytes: number
  /** Archives in archives, pickles in pickles. */
  readonly depth_max: number
}

export const LIMITS: Limits = {
  member_max_bytes: 256 * 1024 * 1024,
  unpacked_max_bytes: 1024 * 1024 * 1024,
  depth_max: 6,
}

const FINDINGS_MAX = 500
/** Members in all archives in archives of a file: each may be found in another again, and a kilobyte makes billions. */
const MEMBERS_MAX = 500_000
/** Of those that no directory knows, which an honest archive has none of. */
const HIDDEN_MAX = 5_000
const EVIDENCE_MAX = 300

/** Where something was seen, and what it was. */
export type Seen = {
  readonly member: string
  readonly evidence: string
  readonly offset?: number
  readonly severity?: Severity
  readonly cve?: readonly string[]
}

/** What is learned about one file while it is looked at. */
export class Inspection {
  readonly file: string
  /** Other files of the same model, for what refers to them: whether a path is there. */
  readonly limits: Limits
  readonly findings: Finding[] = []
  left_out = 0
  unpacked_bytes = 0
  kind = ''
  readonly tensors_in: TensorData[] = []
  readonly #known = new Set<string>()
  #members = 0
  #hidden = 0

  constructor(file: string, limits: Limits = LIMITS) {
    this.file = file
    this.limits = limits
  }

  /** Puts a finding down; the same one twice is one. */
  found(rule: RuleId, { member, evidence, offset, severity, cve }: Seen): void {
    const { title, cure, ...told } = RULES[rule]
    const shown = printable(evidence)
    // As it is shown: a name may be as long as the file, and thousands of those make thousands of findings.
    const where = printable(member)
    const key = `${rule}\n${where}\n${shown}`
    if (this.#known.has(key)) return
    if (this.findings.length >= FINDINGS_MAX) {
      this.left_out++
      // Room is made for what is worse than what is there.
      const least = this.findings.findLastIndex((finding) => finding.severity !== 'critical')
      if ((severity ?? told.severity) !== 'critical' || least === -1) return
      this.findings.splice(least, 1)
    }
    this.#known.add(key)
    this.findings.push({
      rule,
      severity: severity ?? told.severity,
      title,
      file: this.file,
      member: where,
      ...(offset !== undefined && { offset }),
      evidence: shown,
      cve: cve ?? told.cve ?? [],
      cure,
    })
  }

  /** Whether one more member may be looked at, which a directory knows or not. */
  mayOpen(is_hidden: boolean): boolean {
    if (is_hidden) this.#hidden++
    return ++this.#members <= MEMBERS_MAX && this.#hidden <= HIDDEN_MAX
  }

  /** Whether so many bytes may be unpacked yet; they count from then on. */
  mayUnpack(bytes: number): boolean {
    this.unpacked_bytes += bytes
    return this.unpacked_bytes <= this.limits.unpacked_max_bytes
  }

  result(bytes: number): FileResult {
    const { file, findings, left_out, kind, tensors_in } = this
    const result = { file, bytes, kind, ending: endingOf(findings), findings, left_out }
    return tensors_in.length === 0 ? result : { ...result, tensors_in }
  }
}

/** What was read, without the characters that a terminal would act on, and not too long. */
export function printable(text: string): string {
  const short = text.length > EVIDENCE_MAX ? `${text.slice(0, EVIDENCE_MAX - 1)}…` : text
  return short.replace(UNPRINTABLE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// Control characters, and those that are not seen or turn the direction of what is.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
