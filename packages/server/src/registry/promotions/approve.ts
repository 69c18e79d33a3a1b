import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { PromotionRequest, Reason, RequestId } from './promotion-request.ts'
import { decide } from './review.ts'

export const approvePromotionRequest = write({
  route: 'POST /api/2.0/millrace/promotions/requests/{request_id}/approve',
  summary: "Approve a request to put a model version in a protected place; it is bound to the version's files and to the policy",
  access: { permission: 'edit', on: ({ request_id }) => ({ promotion_request: request_id }) },
  input: object({ request_id: RequestId, reason: Reason }),
  output: object({ promotion_request: PromotionRequest }),
  handler: (tx, input, context) => decide(tx, input, 'approve', context),
})
