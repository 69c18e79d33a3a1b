import { read } from '../../http/endpoint.ts'
import { enumOf, int64, object, optional, string } from '../../http/schema.ts'
import { policyInForce, storedPolicy } from '../policy/index.ts'

export const getPromotionPolicy = read({
  route: 'GET /api/2.0/millrace/promotions/policy',
  summary: 'Get the policy that says what protected aliases and stages ask for',
  access: { signed_in: 'whoever promotes has to know what is asked for; it names models by patterns, and groups, and holds no secrets' },
  input: object({}),
  output: object({
    origin: enumOf(['file', 'api', 'default']),
    policy: string({ description: 'As JSON, the way it is understood' }),
    text: optional(string({ description: 'As it was written, when it was set by the API' })),
    set_by: optional(string()),
    set_ms: optional(int64()),
  }),
  async handler(db, _input, context) {
    const { policy, origin } = await policyInForce(db, context)
    const stored = origin === 'api' ? await storedPolicy(db) : undefined
    const told = stored && { text: stored.text, set_by: stored.set_by, set_ms: stored.set_ms }
    return { origin, policy: JSON.stringify(policy), ...told }
  },
})
