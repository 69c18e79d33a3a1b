import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { decisionsOn, requestsBefore } from '../gates/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { PromotionRequest, requestToWire } from './promotion-request.ts'

export const listPromotionRequests = read({
  route: 'GET /api/2.0/millrace/promotions/requests',
  summary: 'List requests to put model versions in protected places, the newest first',
  access: { filtered: 'registered_models' },
  input: object({
    name: optional(RegisteredName),
    version: optional({ ...VersionNumber, json: { ...VersionNumber.json, description: 'Only those about this version of it' } }),
    all: withDefault(boolean({ description: 'Also those that were used, rejected or are too old' }), false),
    max_results: withDefault(int64({ min: 1, max: 200 }), 50),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({ promotion_requests: array(PromotionRequest), next_page_token: optional(string()) }),
  async handler(db, { name, version, all, max_results, page_token }, { visible, now_ms }) {
    if (version !== undefined && name === undefined) throw invalid("Missing value for required parameter 'name': 'version' is of a model.")
    const purpose = JSON.stringify(['promotions/requests 2', name ?? null, version ?? null, all])
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, purpose, page_token)
    const found = await requestsBefore(db, { name, version, open_at_ms: all ? undefined : now_ms, visible, before }, max_results + 1)
    const page = found.slice(0, max_results)
    const promotion_requests: PromotionRequest[] = []
    for (const row of page) promotion_requests.push(requestToWire(row, await decisionsOn(db, row.id), now_ms))
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { promotion_requests }
    return { promotion_requests, next_page_token: await sealPage(db, purpose, last.id) }
  },
})
