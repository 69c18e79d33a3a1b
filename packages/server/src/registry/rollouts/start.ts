import type { Writer } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import { object } from '../../http/schema.ts'
import { assess, isPrompt, type Pass, passRule, versionIn } from '../gates/index.ts'
import { READY_STATUS, type VersionRow, versionToMove } from '../model-versions/index.ts'
import { VersionNumber } from '../names.ts'
import { policyInForce, ruleFor } from '../policy/index.ts'
import { tellRollout } from './advance.ts'
import { planFields, planOf, StartReason, tooWeakForCanary } from './plan.ts'
import { aliasFields, Rollout } from './rollout.ts'
import { insertRollout, lastRollout, type RolloutRow, rolloutToChange } from './rollout-store.ts'
import { rolloutToWire } from './to-wire.ts'

export const startRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/start',
  summary: "Let a version take an alias's place in steps: it answers a part of the requests, and goes back by itself when it does worse",
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ ...aliasFields, version: VersionNumber, ...planFields, reason: StartReason }),
  output: object({ rollout: Rollout }),
  async handler(tx, { name, alias, version: number, reason, ...given }, context) {
    const plan = planOf(given)
    const version = await versionToMove(tx, name, number)
    if (isPrompt(version)) throw invalid(`'${name}' is a prompt: rollouts are of models.`)
    if (version.status !== READY_STATUS)
      throw invalid(`Version ${number} of '${name}' is not READY: only what can be loaded is rolled out.`)
    const stable = await versionIn(tx, version.model, { kind: 'alias', name: alias })
    if (stable === undefined)
      throw invalid(`The alias '${alias}' of '${name}' points to nothing yet: set it, there is nothing to roll out against.`)
    if (stable === number) throw invalid(`The alias '${alias}' of '${name}' points to version ${number} already.`)
    const other = await rolloutToChange(tx, name, alias)
    if (other) {
      throw new ApiError(
        'RESOURCE_CONFLICT',
        `Version ${other.candidate} is being rolled out to '${alias}' of '${name}': abort that one first.`,
      )
    }
    const passed = await passBefore(tx, version, alias, context)
    if (passed instanceof Refusal) return passed
    const { caller, now_ms } = context
    await insertRollout(tx, { version, alias, stable, plan, caller, now_ms, ...passed, flaw: tooWeakForCanary(plan) })
    const row = (await lastRollout(tx, name, alias)) as RolloutRow
    await tellRollout(tx, row, 'started', reason, caller, now_ms)
    return { rollout: rolloutToWire(row) }
  },
})

/**
 * The gate before the alias stands before its rollout: a part of production's requests is production. What the rollout is to bring is not
 * asked for yet: a finished canary.
 */
async function passBefore(
  tx: Writer,
  version: VersionRow,
  alias: string,
  context: Context,
): Promise<{ pass: Pass; bound_sha256: string | undefined } | Refusal> {
  const target = { kind: 'alias', name: alias } as const
  const { policy } = await policyInForce(tx, context)
  const rule = ruleFor(policy, version.name, target)
  if (!rule) return { pass: {}, bound_sha256: undefined }
  const assessment = await assess(tx, rule, version, target)
  const lacks = assessment.lacks.filter(({ what }) => what !== 'canary')
  const pass = await passRule(tx, rule, version, target, context, { ...assessment, lacks })
  return pass instanceof Refusal ? pass : { pass, bound_sha256: assessment.bound_sha256 }
}
