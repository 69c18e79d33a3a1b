import { write } from '../../http/endpoint.ts'
import { array, object, string, withDefault } from '../../http/schema.ts'
import { activeExperiment } from '../experiments/index.ts'
import { artifactUri, generatedRunName } from '../runs/index.ts'
import { LoggedModel, MODEL_TYPE_MAX, ModelName, ModelPair, PAIRS_MAX } from './logged-model.ts'
import { modelToWire } from './model-reader.ts'
import { addModelParams, insertModel, setModelTags } from './model-store.ts'

/** Makes a model that waits for its files. One that is given no name gets one. */
export const createLoggedModel = write({
  route: 'POST /api/2.0/mlflow/logged-models',
  summary: 'Create a logged model, whose files are uploaded next',
  access: {
    permission: 'edit',
    on: ({ experiment_id }) => ({ experiment: experiment_id }),
    reads: ({ source_run_id }) => (source_run_id ? [{ run: source_run_id }] : []),
  },
  input: object({
    experiment_id: string({ min: 1, max: 64 }),
    name: withDefault(ModelName, ''),
    model_type: withDefault(string({ max: MODEL_TYPE_MAX }), ''),
    source_run_id: withDefault(string({ max: 64 }), ''),
    params: withDefault(array(ModelPair, { max: PAIRS_MAX }), []),
    tags: withDefault(array(ModelPair, { max: PAIRS_MAX }), []),
  }),
  output: object({ model: LoggedModel }),
  body_max_bytes: 4 * 2 ** 20,
  async handler(tx, { experiment_id, name, model_type, source_run_id, params, tags }, { now_ms }) {
    const experiment = await activeExperiment(tx, experiment_id)
    const model = await insertModel(
      tx,
      {
        experiment: experiment.id,
        name: name || generatedRunName(),
        model_type: model_type || null,
        source_run_id: source_run_id || null,
      },
      now_ms,
      (model_id) => artifactUri(experiment.artifact_location, `models/${model_id}`),
    )
    await addModelParams(tx, model, params)
    await setModelTags(tx, model, tags)
    return { model: await modelToWire(tx, model) }
  },
})
