import { array, double, enumOf, int64, object, optional, type Static, string } from '../../http/schema.ts'
import { NewAliasName, RegisteredName, VersionNumber } from '../names.ts'

export const STATES = ['running', 'paused', 'finished', 'rolled_back', 'aborted'] as const
export type State = (typeof STATES)[number]

export const isOver = (state: State): boolean => state !== 'running' && state !== 'paused'

export const Reason = string({ min: 1, max: 2_000, description: 'Why; it is kept and shown' })

/** By which fields a request names a rollout: the one that goes on for an alias, or went on last. */
export const aliasFields = { name: RegisteredName, alias: NewAliasName }

/** A rollout on the wire. */
export const Rollout = object({
  rollout_id: string(),
  name: string(),
  alias: string(),
  version: VersionNumber,
  stable_version: {
    ...VersionNumber,
    json: { ...VersionNumber.json, description: 'What the alias points to until the rollout is finished' },
  },
  state: enumOf(STATES),
  reason: optional(string({ description: 'Why it ended, or was paused' })),
  step: int64({ description: 'Its place in `steps`, from 0' }),
  weight: int64({ description: 'The part of the requests that the new version answers now, in percent' }),
  steps: array(int64()),
  step_seconds: int64(),
  min_requests: int64(),
  max_error_rise: double(),
  max_latency_factor: double(),
  max_drift: double(),
  shadow_percent: int64(),
  no_canary_because: optional(string({ description: 'Why its end is no finished canary to a policy that asks for one' })),
  started_by: string(),
  started_ms: int64(),
  step_ms: int64({ description: 'When the step began' }),
  ended_ms: optional(int64()),
})
export type Rollout = Static<typeof Rollout>

/** Something that happened to a rollout, on the wire. */
export const RolloutEvent = object({
  what: string({ description: 'started, stepped, paused, resumed, finished, rolled_back or aborted' }),
  weight: int64(),
  user: string({ description: 'Who did it; of what was decided by figures, whose report was the last' }),
  reason: string(),
  figures: optional(string({ description: 'What was counted, as JSON' })),
  at_ms: int64(),
})
