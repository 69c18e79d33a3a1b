import { read } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { decisionsOn, requestById } from '../gates/index.ts'
import { PromotionRequest, RequestId, requestToWire } from './promotion-request.ts'

export const getPromotionRequest = read({
  route: 'GET /api/2.0/millrace/promotions/requests/{request_id}',
  summary: 'Get a request to put a model version in a protected place',
  access: { permission: 'read', on: ({ request_id }) => ({ promotion_request: request_id }) },
  input: object({ request_id: RequestId }),
  output: object({ promotion_request: PromotionRequest }),
  async handler(db, { request_id }, { now_ms }) {
    const row = await requestById(db, request_id)
    if (!row) throw missing(`There is no promotion request '${request_id}'.`)
    return { promotion_request: requestToWire(row, await decisionsOn(db, row.id), now_ms) }
  },
})
