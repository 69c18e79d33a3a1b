import type { Endpoint } from '../../http/endpoint.ts'
import { approvePromotionRequest } from './approve.ts'
import { bypassPromotionRequest } from './bypass.ts'
import { explainPromotion } from './explain.ts'
import { getPromotionPolicy } from './get-policy.ts'
import { getPromotionRequest } from './get-request.ts'
import { getPromotionHistory } from './history.ts'
import { listPromotionRequests } from './list-requests.ts'
import { putPromotionPolicy } from './put-policy.ts'
import { rejectPromotionRequest } from './reject.ts'
import { rollBack } from './rollback.ts'

export { putInPlace } from './put-in-place.ts'

/** How versions get into protected places: the policy, requests and what reviewers say, the way back, and the history. */
export const promotionEndpoints: readonly Endpoint[] = [
  getPromotionPolicy,
  putPromotionPolicy,
  explainPromotion,
  listPromotionRequests,
  getPromotionRequest,
  approvePromotionRequest,
  rejectPromotionRequest,
  bypassPromotionRequest,
  rollBack,
  getPromotionHistory,
]
