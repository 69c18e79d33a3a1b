import type { Reader } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { policyInForce, ruleFor } from '../policy/index.ts'
import type { RolloutRow } from './rollout-store.ts'

/** Whether the alias may only be had after a finished canary. */
export async function asksForCanary(db: Reader, { name, alias }: Pick<RolloutRow, 'name' | 'alias'>, context: Context): Promise<boolean> {
  const { policy } = await policyInForce(db, context)
  return ruleFor(policy, name, { kind: 'alias', name: alias })?.require.canary === true
}
