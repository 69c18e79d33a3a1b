import { reviewersAmong } from '../../access/reviewers.ts'
import { emit } from '../../events/index.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import { object } from '../../http/schema.ts'
import { closeRequest, decisionsOn, recordDecision, refuse, showApproval } from '../gates/index.ts'
import { PromotionRequest, Reason, RequestId } from './promotion-request.ts'
import { putInPlace } from './put-in-place.ts'
import { requireMember, reviewed, told, underReview } from './review.ts'

/** How long the first of two people waits for the second. */
const SECOND_WITHIN_MS = 3_600_000

export const bypassPromotionRequest = write({
  route: 'POST /api/2.0/millrace/promotions/requests/{request_id}/bypass',
  summary: 'In an emergency, go past the policy: when a second person says so within the hour, the version is put in its place',
  access: { permission: 'manage', on: ({ request_id }) => ({ promotion_request: request_id }) },
  input: object({ request_id: RequestId, reason: Reason }),
  output: object({ promotion_request: PromotionRequest }),
  async handler(tx, { request_id, reason }, context) {
    const review = await underReview(tx, request_id, context)
    if (review instanceof Refusal) return review
    const { request, version, target, rule, assessment } = review
    const { caller, now_ms } = context
    if (!rule.emergency.allowed) throw new ApiError('PERMISSION_DENIED', 'The policy knows no emergency here (emergency: allowed: false).')
    await requireMember(tx, caller.user_id, rule.emergency.group)
    // What is malicious, or not even registered, no emergency makes good.
    const final = assessment.lacks.filter((lack) => lack.final)
    if (final.length > 0) return refuse(version, target, final, request_id)
    await recordDecision(tx, request.id, caller, 'bypass', reason, now_ms)
    const recent = (await decisionsOn(tx, request.id)).filter(({ kind, at_ms }) => kind === 'bypass' && at_ms > now_ms - SECOND_WITHIN_MS)
    const people = recent.map(({ user_id }) => user_id)
    const allowed = await reviewersAmong(tx, people, rule.emergency.group)
    const said = recent.filter(({ user_id }) => allowed.has(user_id))
    const by = said.map(({ user_name }) => user_name)
    const reasons = said.map((one) => one.reason)
    await emit(
      tx,
      { event: by.length < 2 ? 'promotion.bypass_asked' : 'promotion.bypassed', data: { ...told(review), by, reasons } },
      now_ms,
    )
    if (by.length < 2) return reviewed(tx, review, now_ms)
    const why = said.map(({ user_name, reason: one }) => `${user_name}: ${one}`).join('; ')
    await putInPlace(tx, version, target, { caller, now_ms, what: 'bypass', request_id, reason: why, rule_sha256: assessment.rule_sha256 })
    await closeRequest(tx, request.id, 'bypassed', now_ms)
    const answer = await reviewed(tx, review, now_ms)
    await showApproval(tx, request, 'put past the policy in', said)
    return answer
  },
})
