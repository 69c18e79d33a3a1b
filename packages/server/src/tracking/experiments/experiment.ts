import { array, enumOf, int64, object, type Static, string } from '../../http/schema.ts'

export const EXPERIMENT_NAME_MAX = 500
export const TAG_KEY_MAX = 250
export const TAG_VALUE_MAX = 20_000

export const ExperimentTag = object({ key: string({ min: 1, max: TAG_KEY_MAX }), value: string({ max: TAG_VALUE_MAX }) })

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
