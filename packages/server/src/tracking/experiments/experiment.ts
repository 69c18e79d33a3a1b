import { array, enumOf, Invalid, int64, object, type Schema, type Static, string, withDefault } from '../../http/schema.ts'
import { entityName } from '../entity-names.ts'

export const EXPERIMENT_NAME_MAX = 500
export const TAG_VALUE_MAX = 20_000

export const ExperimentTag = object({ key: string(), value: string() })
/** A tag as it comes in. */
export const NewExperimentTag = object({ key: entityName, value: withDefault(string({ max: TAG_VALUE_MAX }), '') })

export const ExperimentId = string({ min: 1, max: 256, description: 'A number in decimal digits' })

const anyName = string({ min: 1, max: EXPERIMENT_NAME_MAX, description: 'Without control characters' })

/** A name that people and logs can show as it is: line ends and other control characters would let it pass for something else. */
export const ExperimentName: Schema<string> = {
  ...anyName,
  decode(raw) {
    const name = anyName.decode(raw)
    if (/\p{Cc}/u.test(name)) throw new Invalid('it must not hold line ends or other control characters.', raw)
    return name
  },
}

/** An experiment on the wire. */
export const Experiment = object({
  experiment_id: string({ description: 'A number in decimal digits' }),
  name: string(),
  artifact_location: string(),
  lifecycle_stage: enumOf(['active', 'deleted']),
  last_update_time: int64({ description: 'Milliseconds since 1970' }),
  creation_time: int64({ description: 'Milliseconds since 1970' }),
  tags: array(ExperimentTag),
})
export type Experiment = Static<typeof Experiment>

/** An experiment's id inside: MLflow's ids are strings on the wire, and ours are numbers in them. */
export function experimentKey(experiment_id: string): number | undefined {
  return /^\d{1,15}$/.test(experiment_id) ? Number(experiment_id) : undefined
}
