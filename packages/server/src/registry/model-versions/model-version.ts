import { invalid } from '../../http/errors.ts'
import { array, enumOf, int64, object, optional, type Schema, type Static, string } from '../../http/schema.ts'
import { Tag, VersionNumber } from '../names.ts'

/** `status` in table `model_version` is the number in MLflow's protobuf: the place in this list plus one. */
export const STATUSES = ['PENDING_REGISTRATION', 'FAILED_REGISTRATION', 'READY'] as const
export const PENDING = 1
export const READY = 3

/** `stage` in table `model_version` is the place in this list. */
export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const
export const ARCHIVED = 3
/** Stages in which a new version can take the place of others. */
export const ACTIVE_STAGES: readonly number[] = [1, 2]

/** A stage by its name, in upper or lower case. */
export const Stage: Schema<number> = {
  json: { type: 'string', enum: [...STAGES] },
  decode(raw) {
    const stage = STAGES.findIndex((one) => one.toLowerCase() === String(raw).toLowerCase())
    if (stage !== -1) return stage
    throw invalid(`Invalid Model Version stage: ${String(raw).slice(0, 100)}. Value must be one of ${STAGES.join(', ')}.`)
  },
  encode: (stage) => `"${STAGES[stage]}"`,
}

/** A version of a registered model on the wire. */
export const ModelVersion = object({
  name: string(),
  version: VersionNumber,
  creation_timestamp: int64({ description: 'Milliseconds since 1970' }),
  last_updated_timestamp: int64({ description: 'Milliseconds since 1970' }),
  user_id: optional(string()),
  current_stage: Stage,
  description: optional(string()),
  source: string({ description: 'As it was given; the server opens only what it recognized in it' }),
  run_id: optional(string()),
  status: enumOf(STATUSES),
  status_message: optional(string()),
  tags: array(Tag),
  run_link: optional(string()),
  aliases: array(string()),
  model_id: optional(string()),
})
export type ModelVersion = Static<typeof ModelVersion>
