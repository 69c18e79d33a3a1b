import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { registeredToWire } from './model-reader.ts'
import { renameRegistered } from './model-store.ts'
import { requirePlacesUnder } from './places-under-name.ts'
import { RegisteredModel } from './registered-model.ts'

export const renameRegisteredModel = write({
  route: 'POST /api/2.0/mlflow/registered-models/rename',
  summary: 'Give a registered model another name',
  access: { permission: 'manage', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, new_name: RegisteredName }),
  output: object({ registered_model: RegisteredModel }),
  async handler(tx, { name, new_name }, context) {
    const before = await registeredByName(tx, name)
    const row = await renameRegistered(tx, before, new_name, context.now_ms)
    await requirePlacesUnder(tx, before, row, context)
    return { registered_model: await registeredToWire(tx, row) }
  },
})
