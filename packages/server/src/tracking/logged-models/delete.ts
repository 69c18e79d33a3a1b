import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ModelId } from './logged-model.ts'
import { deleteModel, heldModel } from './model-store.ts'

export const deleteLoggedModel = write({
  route: 'DELETE /api/2.0/mlflow/logged-models/{model_id}',
  summary: 'Mark a logged model as deleted',
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId }),
  output: object({}),
  async handler(tx, { model_id }, { now_ms }) {
    await deleteModel(tx, await heldModel(tx, model_id), now_ms)
    return {}
  },
})
