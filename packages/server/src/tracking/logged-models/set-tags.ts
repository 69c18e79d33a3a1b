import { write } from '../../http/endpoint.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { ModelId, ModelPair, PAIRS_MAX } from './logged-model.ts'
import { heldModel, setModelTags } from './model-store.ts'

export const setLoggedModelTags = write({
  route: 'PATCH /api/2.0/mlflow/logged-models/{model_id}/tags',
  summary: 'Set tags of a logged model; the others stay',
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId, tags: withDefault(array(ModelPair, { max: PAIRS_MAX }), []) }),
  output: object({}),
  body_max_bytes: 4 * 2 ** 20,
  async handler(tx, { model_id, tags }) {
    await setModelTags(tx, await heldModel(tx, model_id), tags)
    return {}
  },
})
