import { ARCHIVE_RULES } from './rules/archive-rules.ts'
import { DOCUMENT_RULES } from './rules/document-rules.ts'
import { GRAPH_RULES } from './rules/graph-rules.ts'
import { PICKLE_RULES } from './rules/pickle-rules.ts'
import type { Rule } from './rules/rule.ts'

/** Changes with every rule that is added or judges differently: a result under another version may be another. */
export const RULES_VERSION = '2026.11.3'

const all = { ...PICKLE_RULES, ...ARCHIVE_RULES, ...GRAPH_RULES, ...DOCUMENT_RULES }

export type RuleId = keyof typeof all

/** Every rule by its name. */
export const RULES: Readonly<Record<RuleId, Rule>> = all
