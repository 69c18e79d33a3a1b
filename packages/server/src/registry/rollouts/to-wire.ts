import type { Static } from '../../http/schema.ts'
import type { Plan } from './plan.ts'
import { isOver, type Rollout, type RolloutEvent } from './rollout.ts'
import type { RolloutEventRow, RolloutRow } from './rollout-store.ts'

/** How a rollout was planned. */
export const planIn = ({ plan }: RolloutRow): Plan => JSON.parse(plan)

/** The part of the requests that the new version answers, in percent. */
export function weightOf(row: RolloutRow): number {
  if (isOver(row.state)) return row.state === 'finished' ? (planIn(row).steps.at(-1) ?? 0) : 0
  return planIn(row).steps[row.step] ?? 0
}

/** A rollout as the wire has it. */
export const rolloutToWire = (row: RolloutRow): Rollout => ({
  ...planIn(row),
  steps: [...planIn(row).steps],
  rollout_id: row.rollout_id,
  name: row.name,
  alias: row.alias,
  version: row.candidate,
  stable_version: row.stable,
  state: row.state,
  reason: row.reason ?? undefined,
  step: row.step,
  weight: weightOf(row),
  no_canary_because: row.flaw ?? undefined,
  started_by: row.started_by,
  started_ms: row.started_ms,
  step_ms: row.step_ms,
  ended_ms: row.ended_ms ?? undefined,
})

/** What happened as the wire has it. */
export const eventToWire = ({ user_name, figures, ...event }: RolloutEventRow): Static<typeof RolloutEvent> => ({
  ...event,
  user: user_name,
  figures: figures ?? undefined,
})
