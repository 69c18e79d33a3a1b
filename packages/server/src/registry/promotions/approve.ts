import { emit } from '../../events/index.ts'
import { write } from '../../http/endpoint.ts'
import { Refusal } from '../../http/refusal.ts'
import { object } from '../../http/schema.ts'
import { recordDecision } from '../gates/index.ts'
import { PromotionRequest, Reason, RequestId } from './promotion-request.ts'
import { requireReviewer, reviewed, told, underReview } from './review.ts'

export const approvePromotionRequest = write({
  route: 'POST /api/2.0/millrace/promotions/requests/{request_id}/approve',
  summary: "Approve a request to put a model version in a protected place; it is bound to the version's files and to the policy",
  access: { permission: 'edit', on: ({ request_id }) => ({ promotion_request: request_id }) },
  input: object({ request_id: RequestId, reason: Reason }),
  output: object({ promotion_request: PromotionRequest }),
  async handler(tx, { request_id, reason }, context) {
    const review = await underReview(tx, request_id, context)
    if (review instanceof Refusal) return review
    await requireReviewer(tx, review, context)
    const { caller, now_ms } = context
    await recordDecision(tx, review.request.id, caller, 'approve', reason, now_ms)
    await emit(tx, { event: 'promotion_request.approved', data: { ...told(review), by: caller.user, reason } }, now_ms)
    return reviewed(tx, review, now_ms)
  },
})
