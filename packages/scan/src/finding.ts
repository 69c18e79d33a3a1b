import type { TensorData } from './models/tensor-files.ts'
import type { Rule } from './rules/rule.ts'
import { RULES, type RuleId } from './rules.ts'

/** How bad a finding is. `info` tells something and blames nothing. */
export type Severity = 'critical' | 'high' | 'medium' | 'info'

/** How looking at a file ended. What was not understood is "not looked at", and never "clean". */
export type Ending = 'clean' | 'suspicious' | 'malicious' | 'not looked at'

/** Something that was found in a file. */
export type Finding = {
  readonly rule: RuleId
  readonly severity: Severity
  readonly title: string
  /** The path of the file as it was given, or below the folder that was given. */
  readonly file: string
  /** The way through the archives in it: `archive/data.pkl`; empty for the file itself. */
  readonly member: string
  /** Where in the member, in bytes; absent where that means nothing. */
  readonly offset?: number
  /** What was seen, short and printable. */
  readonly evidence: string
  readonly cve: readonly string[]
  readonly cure: string
}

/** What is known of a file. */
export type FileResult = {
  readonly file: string
  readonly bytes: number
  readonly ending: Ending
  /** What the file is, by its content. */
  readonly kind: string
  readonly findings: readonly Finding[]
  /** How many findings were left out, because there are too many. */
  readonly left_out: number
  /** Files beside it that it names as its tensors; only from the child, until all files are looked at. */
  readonly tensors_in?: readonly TensorData[]
}

/** Whether something was not looked at, by its rule. */
export const isUnread = ({ rule }: Finding): boolean => (RULES[rule] as Rule | undefined)?.unread === true

/** The ending that findings amount to: the worst of them counts, and only what was looked at can be clean. */
export function endingOf(findings: readonly Finding[]): Ending {
  if (findings.some(({ severity }) => severity === 'critical')) return 'malicious'
  if (findings.some((finding) => finding.severity !== 'info' && !isUnread(finding))) return 'suspicious'
  return findings.some(isUnread) ? 'not looked at' : 'clean'
}

const ORDER: readonly Ending[] = ['clean', 'not looked at', 'suspicious', 'malicious']

/** The worst of several endings; clean when there are none. */
export const worstOf = (endings: Iterable<Ending>): Ending =>
  [...endings].reduce<Ending>((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), 'clean')
