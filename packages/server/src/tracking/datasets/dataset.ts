import { array, int64, object, optional, type Static, string, withDefault } from '../../http/schema.ts'

/** The tag of an input that says what the run read the dataset for: training, validation, ... */
export const CONTEXT_TAG = 'mlflow.data.context'

const NAME_MAX = 500
const DIGEST_MAX = 36
const SOURCE_MAX = 2 ** 16 - 1
const SCHEMA_MAX = 2 ** 20 - 1
const PROFILE_MAX = 2 ** 24 - 1

/** A dataset by name and digest, and where it came from. What its source says is text to show: nothing here opens it. */
export const Dataset = object({
  name: string({ min: 1, max: NAME_MAX }),
  digest: string({ min: 1, max: DIGEST_MAX }),
  source_type: withDefault(string({ max: NAME_MAX }), ''),
  source: withDefault(string({ max: SOURCE_MAX }), ''),
  schema: optional(string({ max: SCHEMA_MAX })),
  profile: optional(string({ max: PROFILE_MAX })),
})
export type Dataset = Static<typeof Dataset>

const InputTag = object({ key: string({ min: 1, max: 255 }), value: string({ max: 500 }) })

/** A dataset that a run read, with tags on the reading. */
export const DatasetInput = object({ tags: withDefault(array(InputTag, { max: 1000 }), []), dataset: Dataset })
export type DatasetInput = Static<typeof DatasetInput>

const ModelId = string({ min: 1, max: 64 })

/** A logged model that a run read. */
export const ModelInput = object({ model_id: ModelId })
/** A logged model that a run made, and at which step. */
export const ModelOutput = object({ model_id: ModelId, step: withDefault(int64(), 0) })
export type ModelOutput = Static<typeof ModelOutput>

/** What a run read. */
export const RunInputs = object({ dataset_inputs: array(DatasetInput), model_inputs: array(ModelInput) })
export type RunInputs = Static<typeof RunInputs>
/** What a run made. */
export const RunOutputs = object({ model_outputs: array(ModelOutput) })
export type RunOutputs = Static<typeof RunOutputs>
