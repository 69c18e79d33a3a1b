import { ApiError } from '../../http/errors.ts'
import { array, enumOf, int64, object, optional, type Static, string } from '../../http/schema.ts'
import type { Decision, RequestRow } from '../gates/index.ts'
import { VersionNumber } from '../names.ts'

export const Reason = string({ min: 1, max: 2_000, description: 'Why; it is kept and shown' })
export const RequestId = string({ min: 1, max: 64, description: "As the refusal or the list of requests tells it: 'pr-...'" })
export const Missing = object({ what: string(), says: string() })

const STATES = ['open', 'approved', 'rejected', 'expired', 'used', 'bypassed', 'void'] as const

/** A request to put a version in a protected place, on the wire. */
export const PromotionRequest = object({
  request_id: string(),
  name: string(),
  version: VersionNumber,
  alias: optional(string()),
  stage: optional(string()),
  state: enumOf(STATES, { description: 'void: what it was about has changed' }),
  asked_by: string(),
  author: optional(string({ description: 'Who made the version' })),
  opened_ms: int64(),
  expires_ms: int64(),
  closed_ms: optional(int64()),
  in_place: optional(VersionNumber),
  root_sha256: optional(string({ description: "The digest of the version's files" })),
  missing: array(Missing),
  decisions: array(object({ user: string(), says: enumOf(['approve', 'reject', 'bypass']), reason: string(), at_ms: int64() })),
})
export type PromotionRequest = Static<typeof PromotionRequest>

const missingOf = (row: RequestRow): { what: string; says: string }[] => JSON.parse(row.missing)

/** How a request stands: while it is open that follows from what was said about it, and from the time. */
export function stateOf(row: RequestRow, decisions: readonly Decision[], now_ms: number): PromotionRequest['state'] {
  if (row.state !== 'open') return row.state
  if (row.expires_ms <= now_ms) return 'expired'
  if (decisions.some(({ says }) => says === 'reject')) return 'rejected'
  return missingOf(row).length === 0 ? 'approved' : 'open'
}

/** A request as the wire has it. */
export function requestToWire(row: RequestRow, decisions: readonly Decision[], now_ms: number): PromotionRequest {
  return {
    request_id: row.request_id,
    name: row.name,
    version: row.version,
    [row.kind]: row.target,
    state: stateOf(row, decisions, now_ms),
    asked_by: row.asked_by,
    author: row.author ?? undefined,
    opened_ms: row.opened_ms,
    expires_ms: row.expires_ms,
    closed_ms: row.closed_ms ?? undefined,
    in_place: row.from_version ?? undefined,
    root_sha256: row.root_sha256 ?? undefined,
    missing: missingOf(row),
    decisions: decisions.map(({ user_name, says, reason, at_ms }) => ({ user: user_name, says, reason, at_ms })),
  }
}

/** The error for a request that can no longer be decided on. */
export const notOpen = (row: RequestRow, state: PromotionRequest['state']): ApiError =>
  new ApiError(
    'RESOURCE_CONFLICT',
    `Promotion request ${row.request_id} is ${state}: ask for the ${row.kind} '${row.target}' again, which opens a new one.`,
  )
