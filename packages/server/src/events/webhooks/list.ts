import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { Webhook } from './webhook.ts'
import { webhooksAfter, webhooksToWire } from './webhook-store.ts'

const RESULTS_DEFAULT = 100
const RESULTS_MAX = 1_000
const PURPOSE = 'webhooks/list 1'

export const listWebhooks = read({
  route: 'GET /api/2.0/mlflow/webhooks',
  summary: 'List webhooks, the newest first',
  access: { permission: 'manage', on: () => ({ server: 'webhooks' }) },
  input: object({
    max_results: withDefault(int64({ min: 0, max: RESULTS_MAX, description: '0 stands for the default' }), RESULTS_DEFAULT),
    page_token: withDefault(string(), ''),
  }),
  output: object({ webhooks: array(Webhook), next_page_token: optional(string()) }),
  async handler(db, { max_results: asked, page_token }) {
    const max_results = asked || RESULTS_DEFAULT
    const first: [number, number] = [Number.MAX_SAFE_INTEGER, 0]
    const [created_ms, id] = page_token === '' ? first : await openPage<[number, number]>(db, PURPOSE, page_token)
    const found = await webhooksAfter(db, created_ms, id, max_results + 1)
    const page = found.slice(0, max_results)
    const webhooks = await webhooksToWire(db, page)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { webhooks }
    return { webhooks, next_page_token: await sealPage(db, PURPOSE, [last.created_ms, last.id]) }
  },
})
