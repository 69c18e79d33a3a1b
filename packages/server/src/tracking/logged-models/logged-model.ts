import { array, double, Invalid, int64, object, optional, type Schema, type Static, string } from '../../http/schema.ts'

export const MODEL_NAME_MAX = 500
export const MODEL_TYPE_MAX = 500
/** Params and tags in one request; MLflow's client sends params by the hundred. */
export const PAIRS_MAX = 1_000
/** More than of runs: MLflow's autologging cuts a run's keys to 250 and a model's not, and its server has no limit there. */
const KEY_MAX = 500
const VALUE_MAX = 65_535

/** `status` in table `logged_model` is the number in MLflow's protobuf, which is the place in this list plus one. */
const STATUSES = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const
export const PENDING = 1

/** How a filter may spell each status: as the wire does, and as MLflow's Python client does. */
export const STATUS_SPELLINGS: ReadonlyMap<number, readonly string[]> = new Map([
  [1, ['LOGGED_MODEL_PENDING', 'PENDING']],
  [2, ['LOGGED_MODEL_READY', 'READY']],
  [3, ['LOGGED_MODEL_UPLOAD_FAILED', 'FAILED']],
])

/** A status on the wire: its name, and its number too on the way in. */
export const ModelStatus: Schema<number> = {
  json: { type: 'string', enum: [...STATUSES] },
  decode(raw) {
    const status = typeof raw === 'string' ? STATUSES.indexOf(raw as (typeof STATUSES)[number]) + 1 : raw
    if (typeof status === 'number' && STATUSES[status - 1] !== undefined) return status
    throw new Invalid(`it must be one of ${STATUSES.join(', ')}.`, raw)
  },
  encode: (status) => `"${STATUSES[status - 1]}"`,
}

const BAD_CHARACTERS = ['/', ':', '.', '%', '"', "'"]
const anyName = string({ max: MODEL_NAME_MAX })

/** A model's name, which stands in URIs: `models:/name/version`. Empty when the client gives none. */
export const ModelName: Schema<string> = {
  ...anyName,
  decode(raw) {
    const name = anyName.decode(raw)
    if (!BAD_CHARACTERS.some((character) => name.includes(character))) return name
    throw new Invalid(`Invalid model name: it cannot contain the following characters: ${BAD_CHARACTERS.join(' ')}`, raw)
  },
}

export const ModelId = string({ min: 1, max: 64, description: 'm- and 32 hexadecimal digits' })
export const ModelPair = object({ key: string({ min: 1, max: KEY_MAX }), value: string({ max: VALUE_MAX }) })
export type ModelPair = Static<typeof ModelPair>

const ModelMetric = object({
  key: string(),
  value: double(),
  timestamp: int64(),
  step: int64(),
  dataset_name: optional(string()),
  dataset_digest: optional(string()),
  model_id: string(),
  run_id: string(),
})
export type ModelMetric = Static<typeof ModelMetric>

const LoggedModelInfo = object({
  model_id: string({ description: 'm- and 32 hexadecimal digits' }),
  experiment_id: string(),
  name: string(),
  creation_timestamp_ms: int64({ description: 'Milliseconds since 1970' }),
  last_updated_timestamp_ms: int64({ description: 'Milliseconds since 1970' }),
  artifact_uri: string(),
  status: ModelStatus,
  model_type: optional(string()),
  source_run_id: optional(string()),
  status_message: optional(string()),
  tags: array(object({ key: string(), value: string() })),
})

/** A logged model on the wire; `metrics` are all that were ever logged about it, as there is no other way to read them. */
export const LoggedModel = object({
  info: LoggedModelInfo,
  data: object({ params: array(object({ key: string(), value: string() })), metrics: array(ModelMetric) }),
})
export type LoggedModel = Static<typeof LoggedModel>
