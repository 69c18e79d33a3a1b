import { write } from '../../http/endpoint.ts'
import { array, object, withDefault } from '../../http/schema.ts'
import { ModelId, ModelPair, PAIRS_MAX } from './logged-model.ts'
import { addModelParams, heldModel } from './model-store.ts'

export const logLoggedModelParams = write({
  route: 'POST /api/2.0/mlflow/logged-models/{model_id}/params',
  summary: 'Log params of a logged model',
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId, params: withDefault(array(ModelPair, { max: PAIRS_MAX }), []) }),
  output: object({}),
  body_max_bytes: 4 * 2 ** 20,
  async handler(tx, { model_id, params }) {
    await addModelParams(tx, await heldModel(tx, model_id), params)
    return {}
  },
})
