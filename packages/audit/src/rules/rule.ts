import type { Category, Confidence, Severity } from '../finding.ts'
import type { Language, Unit } from '../unit.ts'

/** A place that a rule found; lines count from 1 in the unit. */
export type Hit = {
  readonly line: number
  readonly end_line?: number
  /** What to show instead of the line itself. */
  readonly evidence?: string
  /** What stands there and must not be shown, by whichever rule. */
  readonly secrets?: readonly string[]
  /** Where this place is worse or better than the rule in general. */
  readonly severity?: Severity
}

/** A text that a rule finds something in, or doesn't. `line` is where, 1 unless said. */
export type Example = { readonly language: Language; readonly text: string; readonly line?: number; readonly file?: string }

/** One thing that is unsafe. Its examples are its tests: every `bad` one is found, and no `good` one. */
export type Rule = {
  readonly id: string
  readonly category: Category
  readonly severity: Severity
  readonly confidence: Confidence
  readonly cwe: number
  readonly title: string
  /** Why it was flagged. */
  readonly why: string
  /** What this means for who runs it. */
  readonly means: string
  readonly recommendation: string
  readonly languages: readonly Language[]
  /** One of these texts is there whenever the rule finds something; a unit without any is not looked at. */
  readonly hints: readonly string[]
  find(unit: Unit): readonly Hit[]
  readonly bad: readonly Example[]
  readonly good: readonly Example[]
}

export const python = (text: string, line = 1): Example => ({ language: 'python', text, line })
export const shell = (text: string, line = 1): Example => ({ language: 'shell', text, line })
export const yaml = (text: string, line = 1): Example => ({ language: 'yaml', text, line })
export const dockerfile = (text: string, line = 1): Example => ({ language: 'dockerfile', text, line })
export const javascript = (text: string, line = 1): Example => ({ language: 'javascript', text, line })
export const json = (text: string, line = 1): Example => ({ language: 'json', text, line })
export const markdown = (text: string, line = 1): Example => ({ language: 'markdown', text, line })
export const config = (text: string, line = 1): Example => ({ language: 'config', text, line })
