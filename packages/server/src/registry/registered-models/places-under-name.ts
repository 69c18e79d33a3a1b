import type { Writer } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { ApiError } from '../../http/errors.ts'
import { assess, inWords, placesOf } from '../gates/index.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { digestOfRule, policyInForce, ruleFor } from '../policy/index.ts'
import type { RegisteredRow } from '../registered.ts'

/**
 * Under another name other rules may hold: a model must not come by a protected place by being renamed. What stands in a place that the
 * new name protects by a rule that did not hold under the old one has nobody's approval.
 * @throws ApiError PERMISSION_DENIED
 */
export async function requirePlacesUnder(tx: Writer, before: RegisteredRow, after: RegisteredRow, context: Context): Promise<void> {
  if (before.name === after.name || after.is_prompt === 1) return
  const { policy } = await policyInForce(tx, context)
  for (const { target, version } of await placesOf(tx, after.id)) {
    const rule = ruleFor(policy, after.name, target)
    if (!rule) continue
    const old = ruleFor(policy, before.name, target)
    if (old && digestOfRule(old) === digestOfRule(rule)) continue
    const { lacks } = await assess(tx, rule, await versionByNumber(tx, after.name, version), target, true)
    const missing = lacks.map(({ says }) => says)
    if (rule.require.approvals) missing.push('nobody has approved it under the new name')
    if (missing.length === 0) continue
    throw new ApiError(
      'PERMISSION_DENIED',
      `Under the name '${after.name}' the policy protects the ${inWords(target)}, and version ${version} has it without ` +
        `what it asks for: ${missing.join('; ')}. Take the ${target.kind} away first, rename, and ask for it under the new name.`,
    )
  }
}
