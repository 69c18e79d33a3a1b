import type { Writer } from '../../db/handles.ts'
import type { Context } from '../../http/context.ts'
import { write } from '../../http/endpoint.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { int64, object, optional, string } from '../../http/schema.ts'
import { versionIn } from '../gates/index.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { enter, goOn } from './advance.ts'
import { judge } from './analysis.ts'
import { Counts } from './counts.ts'
import { keepReport, measure, otherProcesses } from './report-store.ts'
import { asksForCanary } from './requirement.ts'
import { aliasFields, Rollout } from './rollout.ts'
import { lastRollout, type RolloutRow, rolloutToChange, setFlaw } from './rollout-store.ts'
import { planIn, rolloutToWire } from './to-wire.ts'

const PROCESSES_MAX = 500

export const reportOnRollout = write({
  route: 'POST /api/2.0/millrace/rollouts/report',
  summary: 'Tell what a process that serves has counted in a step, and learn how the rollout stands; the figures of all decide together',
  access: { permission: 'use', on: ({ name }) => ({ registered_model: name }) },
  input: object({
    ...aliasFields,
    rollout_id: string({ min: 1, max: 64 }),
    process: string({ min: 1, max: 64, description: 'Names the process, by any text of its own' }),
    step: int64({ min: 0, max: 100 }),
    counts: Counts,
    refused: optional(string({ max: 2_000, description: 'Why the process can’t load the new version' })),
  }),
  output: object({
    rollout: Rollout,
    decided: optional(string({ description: 'What was decided by this report' })),
  }),
  records: ({ decided, rollout }) =>
    decided === undefined ? undefined : { rollout: rollout.rollout_id, decided: `${rollout.state} at ${rollout.weight} %: ${decided}` },
  async handler(tx, { name, alias, rollout_id, process, step, counts, refused }, context) {
    const found = await rolloutToChange(tx, name, alias)
    if (found?.rollout_id !== rollout_id) {
      const last = await lastRollout(tx, name, alias)
      if (last) return { rollout: rolloutToWire(last) }
      throw missing(`Nothing was ever rolled out to the alias '${alias}' of '${name}'.`)
    }
    const row = await fromSomebodyElse(tx, found, context)
    if ((await otherProcesses(tx, row, process)) >= PROCESSES_MAX) {
      throw new ApiError('REQUEST_LIMIT_EXCEEDED', `${PROCESSES_MAX} processes have reported on this rollout; no more are taken.`)
    }
    if (step <= row.step) await keepReport(tx, row, process, step, counts, context.now_ms)
    const [after, decided] = await settle(tx, row, refused, context)
    return { rollout: rolloutToWire(after), decided }
  },
})

/**
 * Whoever starts a rollout or made its version can't vouch for it by reports of their own: such a rollout ends as any other, and is no
 * finished canary. Where nobody signs in there is nobody else.
 */
async function fromSomebodyElse(tx: Writer, row: RolloutRow, context: Context): Promise<RolloutRow> {
  const { caller } = context
  if (caller.user_id === 0 || row.flaw !== null) return row
  const { created_by } = await versionByNumber(tx, row.name, row.candidate)
  if (caller.user_id !== row.started_by_id && caller.user !== created_by) return row
  const flaw = `its figures came from ${caller.user}, who made the version or started the rollout`
  if (await asksForCanary(tx, row, context)) {
    throw new ApiError(
      'PERMISSION_DENIED',
      `The policy asks for a finished canary, and ${flaw}: serve with an account of its own (millrace users create --service).`,
    )
  }
  await setFlaw(tx, row, flaw)
  return { ...row, flaw }
}

/** Decides, if there is something to decide: one process does it for all, because their reports meet in one transaction. */
async function settle(
  tx: Writer,
  row: RolloutRow,
  refused: string | undefined,
  context: Context,
): Promise<[RolloutRow, string | undefined]> {
  const now = await versionIn(tx, row.model, { kind: 'alias', name: row.alias })
  if (now !== row.stable) {
    const why = `the alias was moved to ${now === undefined ? 'nothing' : `version ${now}`} meanwhile`
    return [await enter(tx, row, 'aborted', why, context), why]
  }
  if (refused !== undefined) {
    const why = `a process could not load version ${row.candidate}: ${refused}`
    return [await enter(tx, row, 'rolled_back', why, context), why]
  }
  const { stable, candidate } = await measure(tx, row)
  const { says, why } = judge(planIn(row), stable, candidate, row, context.now_ms - row.step_ms)
  if (says === 'back') return [await enter(tx, row, 'rolled_back', why, context), why]
  if (says === 'next' && row.state === 'running') return [await goOn(tx, row, why, context), why]
  return [row, undefined]
}
