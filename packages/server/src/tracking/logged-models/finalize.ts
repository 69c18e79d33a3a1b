import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { LoggedModel, ModelId, ModelStatus } from './logged-model.ts'
import { modelToWire } from './model-reader.ts'
import { heldModel, setStatus } from './model-store.ts'

export const finalizeLoggedModel = write({
  route: 'PATCH /api/2.0/mlflow/logged-models/{model_id}',
  summary: "Say that a logged model's files are uploaded, or failed to be",
  access: { permission: 'edit', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId, status: ModelStatus }),
  output: object({ model: LoggedModel }),
  handler: async (tx, { model_id, status }, { now_ms }) => ({
    model: await modelToWire(tx, await setStatus(tx, await heldModel(tx, model_id), status, now_ms)),
  }),
})
