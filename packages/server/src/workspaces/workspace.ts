import { invalid } from '../http/errors.ts'
import { object, optional, type Schema, type Static, string } from '../http/schema.ts'

/** The workspace where everything is that names none. It can't be made or deleted. */
export const DEFAULT_NAME = 'default'
export const DESCRIPTION_MAX = 65_535
export const ROOT_MAX = 2_048
const NAME_MIN = 2
const NAME_MAX = 63
const RESERVED = new Set(['workspaces', 'api', 'ajax-api', 'static-files'])

/** The name as text: one letter or digit at least at both ends, hyphens between. @throws ApiError INVALID_PARAMETER_VALUE */
export function requireWorkspaceName(name: string): string {
  if (name.length < NAME_MIN || name.length > NAME_MAX) {
    throw invalid(`Workspace name '${name.slice(0, NAME_MAX)}' must be between ${NAME_MIN} and ${NAME_MAX} characters.`)
  }
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    throw invalid(`Workspace name '${name}' must match the pattern of lowercase letters, digits and hyphens, with no hyphen at either end.`)
  }
  if (RESERVED.has(name)) throw invalid(`Workspace name '${name}' is reserved and cannot be used: take another.`)
  return name
}

const text = string({ min: 1, max: 256, description: 'Lowercase letters, digits and hyphens, 2 to 63' })
export const WorkspaceName: Schema<string> = { ...text, decode: (raw) => requireWorkspaceName(text.decode(raw)) }

/** After which time the workspace's traces are archived, where the server archives; the location is kept and told. */
export const TraceArchivalConfig = object({
  location: optional(string({ max: ROOT_MAX })),
  retention: optional(string({ max: 32, description: 'A number and m, h or d: 30d' })),
})

export const Workspace = object({
  name: string(),
  description: optional(string()),
  default_artifact_root: optional(string()),
  trace_archival_config: optional(TraceArchivalConfig),
})
export type Workspace = Static<typeof Workspace>

/** @throws ApiError INVALID_PARAMETER_VALUE */
export function requireRetention(retention: string): string {
  if (retention === '' || /^[1-9]\d{0,29}[mhd]$/.test(retention)) return retention
  throw invalid("Invalid value for 'trace_archival_config.retention'. Expected a number and one of 'm', 'h' and 'd', for example '30d'.")
}
