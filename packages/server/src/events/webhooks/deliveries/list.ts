import { read } from '../../../http/endpoint.ts'
import { openPage, sealPage } from '../../../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../../../http/schema.ts'
import { deadAfter } from '../delivery-store.ts'
import { WebhookId } from '../webhook.ts'
import { webhookById } from '../webhook-store.ts'

const RESULTS_MAX = 1_000
const PURPOSE = 'webhook-deliveries/list 1'

const DeadDelivery = object({
  delivery_id: string({ description: 'As the receiver gets it in X-MLflow-Delivery-Id' }),
  event: string({ description: 'entity.action' }),
  attempts: int64(),
  created_timestamp: int64({ description: 'Milliseconds since 1970' }),
  dead_timestamp: int64({ description: 'When it was given up, in milliseconds since 1970' }),
  problem: string({ description: 'Why the last attempt failed' }),
})

export const listDeadDeliveries = read({
  route: 'GET /api/2.0/millrace/webhooks/{webhook_id}/deliveries',
  summary: 'List what could not be delivered to a webhook and was given up, the oldest first',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({
    webhook_id: WebhookId,
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), 100),
    page_token: withDefault(string(), ''),
  }),
  output: object({ deliveries: array(DeadDelivery), next_page_token: optional(string()) }),
  async handler(db, { webhook_id, max_results, page_token }) {
    const { id } = await webhookById(db, webhook_id)
    const after = page_token === '' ? 0 : await openPage<number>(db, PURPOSE, page_token)
    const found = await deadAfter(db, id, after, max_results + 1)
    const page = found.slice(0, max_results)
    const deliveries = page.map(({ created_ms, dead_ms, last_problem, ...rest }) => ({
      ...rest,
      created_timestamp: created_ms,
      dead_timestamp: dead_ms,
      problem: last_problem,
    }))
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { deliveries }
    return { deliveries, next_page_token: await sealPage(db, PURPOSE, last.id) }
  },
})
