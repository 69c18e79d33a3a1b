import { AGENTS } from './rules/agents.ts'
import { COMMANDS } from './rules/commands.ts'
import { CREDENTIALS } from './rules/credentials.ts'
import { DESERIALIZATION } from './rules/deserialization.ts'
import { DOWNLOADS } from './rules/downloads.ts'
import { EXPOSURE } from './rules/exposure.ts'
import { FLOWS } from './rules/flows.ts'
import { KUBERNETES_SECRETS } from './rules/kubernetes-secrets.ts'
import { MODELS } from './rules/models.ts'
import { PIPELINES } from './rules/pipelines.ts'
import { PRIVILEGE } from './rules/privilege.ts'
import { REQUESTS } from './rules/requests.ts'
import type { Rule } from './rules/rule.ts'
import { TEXT_RULES } from './rules/texts.ts'

/** Every rule on files. */
export const RULES: readonly Rule[] = [
  ...CREDENTIALS,
  ...KUBERNETES_SECRETS,
  ...DESERIALIZATION,
  ...COMMANDS,
  ...FLOWS,
  ...DOWNLOADS,
  ...TEXT_RULES,
  ...EXPOSURE,
  ...PRIVILEGE,
  ...MODELS,
  ...REQUESTS,
  ...PIPELINES,
  ...AGENTS,
]
