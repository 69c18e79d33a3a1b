import type { Writer } from '../../db/handles.ts'
import { emit } from '../../events/index.ts'
import type { Context } from '../../http/context.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { Refusal } from '../../http/refusal.ts'
import { object, optional } from '../../http/schema.ts'
import { assess, inWords, lastMoves, type Move, type Pass, passRule, versionIn } from '../gates/index.ts'
import { ModelVersion, type VersionRow, versionByNumber, versionToMove, versionToWire } from '../model-versions/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { policyInForce, ruleFor, type Target } from '../policy/index.ts'
import { registeredByName } from '../registered.ts'
import { Reason } from './promotion-request.ts'
import { putInPlace, stackOf } from './put-in-place.ts'
import { placeFields, requiredTarget } from './target.ts'

const LOOK_BACK = 1_000

export const rollBack = write({
  route: 'POST /api/2.0/millrace/promotions/rollback',
  summary: 'Put an alias or a stage back to the version that it had before, where that one still satisfies the policy',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, ...placeFields, reason: Reason }),
  output: object({ from_version: optional(VersionNumber), model_version: ModelVersion }),
  async handler(tx, { name, reason, ...place }, context) {
    const target = requiredTarget(place)
    const { id: model } = await registeredByName(tx, name)
    const current = await versionIn(tx, model, target)
    const found = await versionBefore(tx, model, name, target, current)
    if (!found) throw missing(`There is no version on record that the ${inWords(target)} of '${name}' had before and that is still there.`)
    const version = await versionToMove(tx, name, found.version.version)
    if ((await versionIn(tx, model, target)) !== current)
      throw new ApiError('RESOURCE_CONFLICT', 'It was moved just now: look, and try again.')
    const pass = await passAgain(tx, version, target, found.admitted, context)
    if (pass instanceof Refusal) return pass
    const leaving = current === undefined ? undefined : await versionByNumber(tx, name, current)
    const { caller, now_ms } = context
    await putInPlace(tx, version, target, { caller, now_ms, what: 'rollback', reason, ...pass }, leaving)
    const from_version = current === undefined ? null : String(current)
    const told = { name, version: String(version.version), [target.kind]: target.name, from_version, by: caller.user, reason }
    await emit(tx, { event: 'promotion.rolled_back', data: told }, now_ms)
    return { from_version: current, model_version: await versionToWire(tx, await versionByNumber(tx, name, version.version)) }
  },
})

type Before = { readonly version: VersionRow; readonly admitted: Move }

/** What the place had before what it has now, or had last where it was taken away; what was deleted since is passed over. */
async function versionBefore(
  tx: Writer,
  model: number,
  name: string,
  target: Target,
  current: number | undefined,
): Promise<Before | undefined> {
  const stack = stackOf(await lastMoves(tx, model, target, LOOK_BACK))
  for (let admitted = stack.pop(); admitted; admitted = stack.pop()) {
    if (admitted.to_version === null || admitted.to_version === current) continue
    const version = await versionByNumber(tx, name, admitted.to_version).catch(unlessGone)
    if (version) return { version, admitted }
  }
  return undefined
}

function unlessGone(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
  throw error
}

/**
 * An earlier version was approved when it was put there: that still counts for the same files under the same rule, and for nothing else.
 * Whatever else the rule asks for must hold now, but for a comparison with the version that is being taken out.
 */
async function passAgain(tx: Writer, version: VersionRow, target: Target, admitted: Move, context: Context): Promise<Pass | Refusal> {
  const { policy } = await policyInForce(tx, context)
  const rule = ruleFor(policy, version.name, target)
  if (!rule) return {}
  const assessment = await assess(tx, rule, version, target, true)
  const { rule_sha256, root_sha256 } = assessment
  const was_approved =
    admitted.request_id !== null &&
    admitted.what !== 'bypass' &&
    admitted.rule_sha256 === rule_sha256 &&
    admitted.root_sha256 === (root_sha256 ?? null)
  if (assessment.lacks.length === 0 && was_approved) return { rule_sha256, request_id: admitted.request_id as string }
  return passRule(tx, rule, version, target, context, assessment)
}
