import { CATEGORIES, RISKS, SEVERITIES, TARGETS } from '@millrace/audit/registry'
import { array, enumOf, int64, object, optional, type Static, string } from '../http/schema.ts'

const TEXT_MAX = 4_000
const PLACES_MAX = 1_000
const CWE_MAX = 100_000
const text = string({ max: TEXT_MAX })
const places = array(text, { max: PLACES_MAX })

export const AuditId = string({ min: 1, max: 64, description: "As the list of audits tells it: 'au-...'" })
export const Target = enumOf(TARGETS)
export const Category = enumOf(CATEGORIES)
export const Weight = enumOf(SEVERITIES, { description: 'Its severity, less for documentation and tests' })

const findingFields = {
  rule: string({ min: 1, max: 200, pattern: /^[\w.-]+(?:\/[\w./-]+)?$/ }),
  category: Category,
  severity: enumOf(SEVERITIES),
  confidence: enumOf(['low', 'medium', 'high']),
  context: enumOf(['code', 'documentation', 'test']),
  weight: Weight,
  title: text,
  file: string({ max: 4_096, description: 'Below the folder that was audited; an address, or models:/name/version' }),
  line: int64({ min: 0 }),
  end_line: int64({ min: 0 }),
  evidence: text,
  why: text,
  means: text,
  recommendation: text,
  cwe: int64({ min: 0, max: CWE_MAX }),
  fingerprint: string({ min: 1, max: 64, pattern: /^[\w-]+$/ }),
  surface: optional(object({ ingestion_points: places, boundary_markers: places, capability_inventory: places, sanitization: places })),
}

/** A finding as reports have it. */
export const Finding = object(findingFields)
export type Finding = Static<typeof Finding>

/** A finding that somebody judged, with the reason. */
export const JudgedFinding = object({ ...findingFields, reason: text, by: enumOf(['allowance', 'baseline']) })

/** A finding of either kind, as it is kept. */
export const KeptFinding = object({ ...findingFields, reason: optional(text), by: optional(enumOf(['allowance', 'baseline'])) })
export type KeptFinding = Static<typeof KeptFinding>

export const ORIGINS = ['schedule', 'request', 'sent'] as const
export type Origin = (typeof ORIGINS)[number]
export const STATES = ['waiting', 'running', 'done', 'failed'] as const
export type State = (typeof STATES)[number]

/** An audit without its findings. */
export const Audit = object({
  audit_id: string(),
  target: Target,
  name: string({ description: 'What was audited' }),
  origin: enumOf(ORIGINS, { description: 'Whether its time had come, somebody asked for it, or it was made elsewhere and sent' }),
  state: enumOf(STATES),
  asked_by: string({ description: 'Who asked for it or sent it; empty for the server itself and without login' }),
  asked_ms: int64(),
  made_ms: optional(int64({ description: 'Absent until it is done' })),
  risk: optional(enumOf(RISKS)),
  verdict: optional(enumOf(['Pass', 'Warn', 'Fail'])),
  rules_version: optional(string()),
  files: int64(),
  lines: int64(),
  counts: object({ critical: int64(), high: int64(), medium: int64(), low: int64(), info: int64() }),
  allowed: int64({ description: 'Findings that were judged before, and count for nothing' }),
  categories: array(string()),
  problem: optional(string({ description: 'Why it failed' })),
})
export type Audit = Static<typeof Audit>

/** What audits of a registry are called, by its workspace: those of one name are compared. */
export const nameOfRegistry = (workspace: string): string => `registry of workspace ${workspace}`
