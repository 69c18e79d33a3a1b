import { read } from '../../http/endpoint.ts'
import { boolean, object, withDefault } from '../../http/schema.ts'
import { LoggedModel, ModelId } from './logged-model.ts'
import { modelToWire } from './model-reader.ts'
import { activeModel, findModel } from './model-store.ts'

export const getLoggedModel = read({
  route: 'GET /api/2.0/mlflow/logged-models/{model_id}',
  summary: 'Get a logged model with its params, tags and all its metrics',
  access: { permission: 'read', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: ModelId, allow_deleted: withDefault(boolean(), false) }),
  output: object({ model: LoggedModel }),
  heavy: import.meta.url,
  handler: async (db, { model_id, allow_deleted }) => ({
    model: await modelToWire(db, allow_deleted ? await findModel(db, model_id) : await activeModel(db, model_id)),
  }),
})
