import type { Writer } from '../../db/handles.ts'
import { emit } from '../../events/index.ts'
import type { Caller } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { assess, recordFinishedCanary, versionIn } from '../gates/index.ts'
import { rootOf } from '../manifests/index.ts'
import { versionToMove } from '../model-versions/index.ts'
import { policyInForce, ruleFor } from '../policy/index.ts'
import { putInPlace } from '../promotions/index.ts'
import { figuresOf } from './figures.ts'
import { forgetReports, measure } from './report-store.ts'
import type { State } from './rollout.ts'
import { keepEvent, lastRollout, type RolloutRow, setState, setStep } from './rollout-store.ts'
import { planIn, weightOf } from './to-wire.ts'

type What = 'started' | 'stepped' | 'paused' | 'resumed' | 'finished' | 'rolled_back' | 'aborted'

/** Keeps what happened and tells of it: in the rollout's history, with the figures of that moment, and to webhooks. */
export async function tellRollout(tx: Writer, row: RolloutRow, what: What, reason: string, caller: Caller, now_ms: number): Promise<void> {
  const weight = weightOf(row)
  const figures = what === 'started' ? null : JSON.stringify(figuresOf(await measure(tx, row)))
  await keepEvent(tx, row, { what, weight, reason, figures, at_ms: now_ms }, caller)
  const { name, alias, rollout_id } = row
  const data = {
    name,
    alias,
    rollout_id,
    weight,
    reason,
    by: caller.user,
    version: String(row.candidate),
    from_version: String(row.stable),
  }
  await emit(tx, { event: `rollout.${what}`, data }, now_ms)
}

/** Pauses, resumes or ends a rollout, and tells of it. Gives the row as it is then. */
export async function enter(tx: Writer, row: RolloutRow, state: State, reason: string, { caller, now_ms }: Context): Promise<RolloutRow> {
  await setState(tx, row, state, reason, now_ms)
  const after = { ...((await lastRollout(tx, row.name, row.alias)) as RolloutRow), step: row.step }
  await tellRollout(tx, after, state === 'running' ? 'resumed' : state, reason, caller, now_ms)
  if (after.ended_ms !== null) await forgetReports(tx, row)
  return after
}

/** Why a rollout can't go on, whatever its figures say: the alias was moved, or the version lacks what the policy asks for. */
export async function obstacle(
  tx: Writer,
  row: RolloutRow,
  context: Context,
): Promise<{ state: 'aborted' | 'rolled_back'; why: string } | undefined> {
  const target = { kind: 'alias', name: row.alias } as const
  const now = await versionIn(tx, row.model, target)
  if (now !== row.stable) {
    return { state: 'aborted', why: `the alias was moved to ${now === undefined ? 'nothing' : `version ${now}`} meanwhile` }
  }
  const { policy } = await policyInForce(tx, context)
  const rule = ruleFor(policy, row.name, target)
  if (!rule) return undefined
  const assessment = await assess(tx, rule, await versionToMove(tx, row.name, row.candidate), target)
  const lacks = assessment.lacks.filter(({ what }) => what !== 'canary')
  if (lacks.length > 0) return { state: 'rolled_back', why: `the policy no longer lets it: ${lacks.map(({ says }) => says).join('; ')}` }
  if (assessment.bound_sha256 === row.bound_sha256) return undefined
  return {
    state: 'rolled_back',
    why: 'what was approved has changed since the start: the files, the metrics or the policy. Start it again',
  }
}

/** Goes on to the next step, or ends a rollout whose last step is over. */
export async function goOn(tx: Writer, row: RolloutRow, why: string, context: Context): Promise<RolloutRow> {
  const hindered = await obstacle(tx, row, context)
  if (hindered) return enter(tx, row, hindered.state, hindered.why, context)
  const { steps } = planIn(row)
  if (row.step + 1 >= steps.length) return finish(tx, row, why, context)
  await setStep(tx, row, row.step + 1, context.now_ms)
  const after = { ...row, step: row.step + 1, step_ms: context.now_ms }
  // The figures that are kept are those of the step that is over.
  const figures = JSON.stringify(figuresOf(await measure(tx, row)))
  const { caller, now_ms } = context
  await keepEvent(tx, row, { what: 'stepped', weight: weightOf(after), reason: why, figures, at_ms: now_ms }, caller)
  const told = { name: row.name, alias: row.alias, rollout_id: row.rollout_id, version: String(row.candidate) }
  const data = { ...told, from_version: String(row.stable), weight: weightOf(after), by: caller.user, reason: why }
  await emit(tx, { event: 'rollout.stepped', data }, now_ms)
  return after
}

/** The last step is over: the alias is the new version's, if that is where the steps led, and a policy may count on the canary. */
async function finish(tx: Writer, row: RolloutRow, why: string, context: Context): Promise<RolloutRow> {
  const { caller, now_ms } = context
  const plan = planIn(row)
  if (row.flaw === null) await recordFinishedCanary(tx, row.version_id, await rootOf(tx, row.version_id), now_ms)
  if (plan.steps.at(-1) === 100) {
    const target = { kind: 'alias', name: row.alias } as const
    const version = await versionToMove(tx, row.name, row.candidate)
    const { policy } = await policyInForce(tx, context)
    const rule = ruleFor(policy, row.name, target)
    const lacks = rule ? (await assess(tx, rule, version, target)).lacks : []
    if (lacks.length > 0) return enter(tx, row, 'rolled_back', lacks.map(({ says }) => says).join('; '), context)
    const starter = { ...caller, user: row.started_by, user_id: row.started_by_id }
    const reason = `rollout ${row.rollout_id} is finished`
    const { rule_sha256, request_id } = row
    await putInPlace(tx, version, target, {
      caller: starter,
      now_ms,
      what: 'set',
      reason,
      rule_sha256: rule_sha256 ?? undefined,
      request_id: request_id ?? undefined,
    })
  }
  return enter(tx, row, 'finished', why, context)
}
