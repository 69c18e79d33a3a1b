import { invalid } from '../../http/errors.ts'
import { enumOf, object, type Schema } from '../../http/schema.ts'
import type { EventName } from '../event.ts'

const tags = { example_key: 'example_value' }
const model = { name: 'example_model' }
const prompt = { name: 'example_prompt' }
const promotion = { ...model, version: '1', alias: 'champion', request_id: 'pr-0123456789abcdef' }
const rollout = {
  ...model,
  version: '2',
  alias: 'champion',
  from_version: '1',
  rollout_id: 'ro-0123456789abcdef',
  weight: 5,
  by: 'alice',
  reason: 'an example reason',
}
const pair = { key: 'example_key', value: 'example_value' }

/**
 * Every event that a webhook can ask for, with what a test of the webhook sends; names and values are those that MLflow's receivers expect.
 * Budget policies are the gateway's: one can ask for them, and none is ever exceeded here.
 */
export const EXAMPLES: Readonly<Record<EventName | 'budget_policy.exceeded', object>> = {
  'registered_model.created': { ...model, tags, description: 'An example registered model' },
  'model_version.created': {
    ...model,
    version: '1',
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    tags,
    description: 'An example model version',
  },
  'model_version_tag.set': { ...model, version: '1', ...pair },
  'model_version_tag.deleted': { ...model, version: '1', key: pair.key },
  'model_version_alias.created': { ...model, alias: 'example_alias', version: '1' },
  'model_version_alias.deleted': { ...model, alias: 'example_alias' },
  'prompt.created': { ...prompt, tags, description: 'An example prompt' },
  'prompt_version.created': { ...prompt, version: '1', template: 'Hello {{name}}!', tags, description: 'An example prompt version' },
  'prompt_tag.set': { ...prompt, ...pair },
  'prompt_tag.deleted': { ...prompt, key: pair.key },
  'prompt_version_tag.set': { ...prompt, version: '1', ...pair },
  'prompt_version_tag.deleted': { ...prompt, version: '1', key: pair.key },
  'prompt_alias.created': { ...prompt, alias: 'example_alias', version: '1' },
  'prompt_alias.deleted': { ...prompt, alias: 'example_alias' },
  'promotion_request.created': { ...promotion, asked_by: 'alice', missing: ['it needs 1 approval of somebody else, and has 0'] },
  'promotion_request.approved': { ...promotion, by: 'bob', reason: 'an example reason' },
  'promotion_request.rejected': { ...promotion, by: 'bob', reason: 'an example reason' },
  'promotion.bypass_asked': { ...promotion, by: ['alice'], reasons: ['an example reason'] },
  'promotion.bypassed': { ...promotion, by: ['alice', 'bob'], reasons: ['an example reason', 'another'] },
  'promotion.rolled_back': { ...model, version: '1', alias: 'champion', from_version: '2', by: 'alice', reason: 'an example reason' },
  'rollout.started': rollout,
  'rollout.stepped': { ...rollout, weight: 25 },
  'rollout.paused': rollout,
  'rollout.resumed': rollout,
  'rollout.finished': { ...rollout, weight: 100 },
  'rollout.rolled_back': { ...rollout, weight: 0, reason: 'errors: 3.0 % of 400 requests, and 0.0 % of 7600 with version 1' },
  'rollout.aborted': { ...rollout, weight: 0 },
  'model_version.quarantined': { ...model, version: '1', ending: 'malicious', aliases: ['champion'], stage: 'None', owner: 'alice' },
  'budget_policy.exceeded': {
    budget_policy_id: 'bp-abc123',
    budget_unit: 'USD',
    budget_amount: 100,
    current_spend: 105.5,
    duration_unit: 'MONTHS',
    duration_value: 1,
    target_scope: 'ENDPOINT',
    workspace: 'default',
    target_value: 'ep-abc123',
    window_start: 1704067200000,
  },
}

export type EventType = { readonly entity: string; readonly action: string }

const names = Object.keys(EXAMPLES)
const wire = (at: 0 | 1): string[] => [...new Set(names.map((name) => (name.split('.')[at] as string).toUpperCase()))]
const parts = object({ entity: enumOf(wire(0)), action: enumOf([...wire(1), 'UPDATED']) })

/** An event as a webhook asks for it: `{ entity: 'MODEL_VERSION', action: 'CREATED' }`. In the database both are in lower case. */
export const WebhookEvent: Schema<EventType> = {
  json: parts.json,
  decode(raw) {
    const { entity, action } = parts.decode(raw)
    const event = `${entity}.${action}`.toLowerCase()
    if (event in EXAMPLES) return { entity: entity.toLowerCase(), action: action.toLowerCase() }
    const possible = names.filter((name) => name.startsWith(`${entity.toLowerCase()}.`)).map((name) => name.split('.')[1]?.toUpperCase())
    throw invalid(
      `Invalid action '${action}' for entity '${entity}': ${possible.join(' and ')} ${possible.length > 1 ? 'are' : 'is'} there.`,
    )
  },
  encode: ({ entity, action }) => `{"entity":"${entity.toUpperCase()}","action":"${action.toUpperCase()}"}`,
}
