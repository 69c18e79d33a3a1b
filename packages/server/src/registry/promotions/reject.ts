import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { PromotionRequest, Reason, RequestId } from './promotion-request.ts'
import { decide } from './review.ts'

export const rejectPromotionRequest = write({
  route: 'POST /api/2.0/millrace/promotions/requests/{request_id}/reject',
  summary: 'Reject a request to put a model version in a protected place',
  access: { permission: 'edit', on: ({ request_id }) => ({ promotion_request: request_id }) },
  input: object({ request_id: RequestId, reason: Reason }),
  output: object({ promotion_request: PromotionRequest }),
  handler: (tx, input, context) => decide(tx, input, 'reject', context),
})
