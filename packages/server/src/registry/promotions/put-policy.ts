import type { Context } from '../../http/context.ts'
import { stream } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { object, string } from '../../http/schema.ts'
import { asksForPeople, dropPolicy, type Policy, readPolicy, savePolicy } from '../policy/index.ts'

/** It reads the policy before its transaction begins: YAML is loaded with the first one, and inside only the database is waited for. */
export const putPromotionPolicy = stream({
  route: 'PUT /api/2.0/millrace/promotions/policy',
  summary: 'Set the policy that says what protected aliases and stages ask for; an empty text brings the default back',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({ text: string({ max: 200_000, description: 'YAML, as docs/guide/approvals.md shows' }) }),
  takes_body: 'json',
  answers: 'An empty JSON object',
  async handler({ text }, context, exchange) {
    if (context.settings.policy) {
      throw new ApiError('RESOURCE_CONFLICT', 'The policy is the file that --policy names: change that, and start the server again.')
    }
    const policy = text.trim() === '' ? undefined : await understood(text, context)
    const { caller, now_ms } = context
    await exchange.write(async (tx) => (policy ? savePolicy(tx, text, policy, caller, now_ms) : dropPolicy(tx)))
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' }
  },
})

async function understood(text: string, { caller }: Context): Promise<Policy> {
  const policy = await readPolicy(text).catch((error: Error) => {
    throw invalid(`Invalid value for parameter 'text' supplied: ${error.message}`)
  })
  if (caller.user_id === 0 && asksForPeople(policy)) {
    throw invalid('The policy asks for approvals, and without login nobody could give one: start the server with --auth.')
  }
  return policy
}
