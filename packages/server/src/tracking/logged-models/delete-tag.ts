import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { ModelId } from './logged-model.ts'
import { deleteModelTag, heldModel } from './model-store.ts'

export const deleteLoggedModelTag = write({
  route: 'DELETE /api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}',
  summary: 'Delete a tag of a logged model',
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId, tag_key: string({ min: 1, max: 250 }) }),
  output: object({}),
  async handler(tx, { model_id, tag_key }) {
    await deleteModelTag(tx, await heldModel(tx, model_id), tag_key)
    return {}
  },
})
