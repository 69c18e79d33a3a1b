/** What published audits sort findings by. */
export const CATEGORIES = [
  'CREDENTIALS_UNSAFE',
  'REMOTE_CODE_EXECUTION',
  'COMMAND_EXECUTION',
  'DATA_EXFILTRATION',
  'EXTERNAL_DOWNLOADS',
  'PROMPT_INJECTION',
  'DATA_EXPOSURE',
  'PRIVILEGE',
  'MODEL_INTEGRITY',
  'UNREVIEWED_PROMOTION',
  'OBFUSCATION',
  'VULNERABLE_VERSION',
] as const
export type Category = (typeof CATEGORIES)[number]

/** From harmless to worst. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** How sure a rule is of what it says. */
export type Confidence = 'low' | 'medium' | 'high'

/** What a file is there for: text that people read and tests weigh less than code that runs. */
export type Context = 'code' | 'documentation' | 'test'

/** The risk of all findings together; UNKNOWN where nothing was found, and not everything could be looked at. */
export const RISKS = ['SAFE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'UNKNOWN'] as const
export type Risk = (typeof RISKS)[number]

export type Verdict = 'Pass' | 'Warn' | 'Fail'

/** The four points of an audit on what others' texts can make an agent do. */
export type Surface = {
  /** Where texts of others come in. */
  readonly ingestion_points: readonly string[]
  /** What marks such a text as data. */
  readonly boundary_markers: readonly string[]
  /** What the code can do. */
  readonly capability_inventory: readonly string[]
  /** What checks or cleans such a text. */
  readonly sanitization: readonly string[]
}

/** Something that an audit found. */
export type Finding = {
  readonly rule: string
  readonly category: Category
  /** What the rule says of such a place in code that runs. */
  readonly severity: Severity
  readonly confidence: Confidence
  readonly context: Context
  /** What it weighs where it is: severity, less for documentation and tests and where the rule is unsure. */
  readonly weight: Severity
  readonly title: string
  /** Below the folder that was audited; the address, for a server. */
  readonly file: string
  readonly line: number
  readonly end_line: number
  /** What stands there, without its secrets, on one printable line. */
  readonly evidence: string
  readonly why: string
  readonly means: string
  readonly recommendation: string
  readonly cwe: number
  /** Of PROMPT_INJECTION, worked out from the code around it. */
  readonly surface?: Surface | undefined
  /** The same for the same text in the same file, wherever in it: what a baseline names. */
  readonly fingerprint: string
}

/** A finding that somebody judged: by an inline allowance with its reason, or by a baseline. */
export type Judged = Finding & { readonly reason: string; readonly by: 'allowance' | 'baseline' }

/** What a severity weighs in its context. */
export function weigh(severity: Severity, confidence: Confidence, context: Context): Severity {
  const less = { code: 0, documentation: 1, test: 2 }[context] + (confidence === 'low' ? 1 : 0)
  return SEVERITIES[Math.max(0, SEVERITIES.indexOf(severity) - less)] ?? 'info'
}

/** The worst weight counts. */
export function riskOf(findings: readonly Finding[]): Risk {
  const worst = Math.max(0, ...findings.map(({ weight }) => SEVERITIES.indexOf(weight)))
  return RISKS[worst] ?? 'SAFE'
}

/** What a risk comes to in a list of skills; what was looked at in part does not pass. */
export function verdictOf(risk: Risk, is_partial = false): Verdict {
  if (risk === 'SAFE' || risk === 'LOW') return is_partial ? 'Warn' : 'Pass'
  return risk === 'MEDIUM' || risk === 'UNKNOWN' ? 'Warn' : 'Fail'
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Worst first, then by place: an order that does not depend on the machine. */
export function inOrder<T extends Finding>(findings: readonly T[]): T[] {
  return [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(b.weight) - SEVERITIES.indexOf(a.weight) ||
      compare(a.category, b.category) ||
      compare(a.file, b.file) ||
      a.line - b.line ||
      compare(a.rule, b.rule),
  )
}
