import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { registeredToWire } from './model-reader.ts'
import { RegisteredModel } from './registered-model.ts'

export const getRegisteredModel = read({
  route: 'GET /api/2.0/mlflow/registered-models/get',
  summary: 'Get a registered model with its newest versions',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName }),
  output: object({ registered_model: RegisteredModel }),
  handler: async (db, { name }) => ({ registered_model: await registeredToWire(db, await registeredByName(db, name)) }),
})
