import { alias, array, enumOf, int64, object, optional, type Static, string, withDefault } from '../../http/schema.ts'
import { RunInputs, RunOutputs } from '../datasets/index.ts'
import { entityName } from '../entity-names.ts'
import { Metric } from '../metrics/metric.ts'
import { truncated } from './truncated.ts'

export const KEY_MAX = 250
export const PARAM_VALUE_MAX = 6_000
export const TAG_VALUE_MAX = 8_000
export const RUN_NAME_MAX = 1_000

/** The tag that holds a run's name too: MLflow's clients read the one or the other, so both always say the same. */
export const RUN_NAME_TAG = 'mlflow.runName'
/** The tag in which MLflow's clients say who started a run. */
export const USER_TAG = 'mlflow.user'

/** `status` in table `run` is the place in this list plus one, which is its number in MLflow's protobuf. */
export const RUN_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]
export const statusNumber = (status: RunStatus): number => RUN_STATUSES.indexOf(status) + 1
export const statusName = (status: number): RunStatus => RUN_STATUSES[status - 1] as RunStatus

/** A run's id as clients send it, under its old name too. */
export const RunId = alias(string({ min: 1, max: 256, description: '32 hexadecimal digits' }), 'run_uuid')

/** What is sent of a param and of a tag. */
export const paramFields = { key: entityName, value: withDefault(truncated(PARAM_VALUE_MAX), '') }
export const tagFields = { key: entityName, value: withDefault(truncated(TAG_VALUE_MAX), '') }

export const Param = object({ key: string(), value: string() })
export const RunTag = object({ key: string(), value: string() })
export type KeyValue = { key: string; value: string }

export const RunInfo = object({
  run_id: string({ description: '32 hexadecimal digits' }),
  run_uuid: string({ description: 'The same as run_id' }),
  run_name: string(),
  experiment_id: string(),
  user_id: string(),
  status: enumOf(RUN_STATUSES),
  start_time: optional(int64({ description: 'Milliseconds since 1970' })),
  end_time: optional(int64({ description: 'Milliseconds since 1970' })),
  artifact_uri: string(),
  lifecycle_stage: enumOf(['active', 'deleted']),
})
export type RunInfo = Static<typeof RunInfo>

const data = object({ metrics: array(Metric), params: array(Param), tags: array(RunTag) })
/** The half of a run that clients log. JSON.stringify writes it twice as fast as the fields' own encoders, but knows no NaN. */
export const RunData: typeof data = {
  ...data,
  encode: (value) => (value.metrics.every((metric) => Number.isFinite(metric.value)) ? JSON.stringify(value) : data.encode(value)),
}

/** A run on the wire; `metrics` are the latest of each key. */
export const Run = object({ info: RunInfo, data: RunData, inputs: optional(RunInputs), outputs: optional(RunOutputs) })
export type Run = Static<typeof Run>
