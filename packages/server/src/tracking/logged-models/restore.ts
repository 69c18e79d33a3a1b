import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ModelId } from './logged-model.ts'
import { heldModel, restoreModel } from './model-store.ts'

/** Takes the mark away that the deletion made. MLflow's API has no such endpoint: there a deleted model stays deleted. */
export const restoreLoggedModel = write({
  route: 'POST /api/2.0/millrace/logged-models/restore',
  summary: 'Restore a logged model that was marked as deleted',
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId }),
  output: object({}),
  async handler(tx, { model_id }, { now_ms }) {
    await restoreModel(tx, await heldModel(tx, model_id), now_ms)
    return {}
  },
})
