import type { Severity } from '../finding.ts'

/** What a finding of a rule means, and what to do about it. */
export type Rule = {
  readonly severity: Severity
  readonly title: string
  readonly cure: string
  readonly cve?: readonly string[]
  /** The rule says that something could not be looked at. */
  readonly unread?: true
}
