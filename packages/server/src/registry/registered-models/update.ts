import { write } from '../../http/endpoint.ts'
import { object, optional, string } from '../../http/schema.ts'
import { DESCRIPTION_MAX, RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { registeredToWire } from './model-reader.ts'
import { describeRegistered } from './model-store.ts'
import { RegisteredModel } from './registered-model.ts'

export const updateRegisteredModel = write({
  route: 'PATCH /api/2.0/mlflow/registered-models/update',
  summary: "Change a registered model's description; without one it is taken away",
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, description: optional(string({ max: DESCRIPTION_MAX })) }),
  output: object({ registered_model: RegisteredModel }),
  async handler(tx, { name, description }, { now_ms }) {
    const row = await describeRegistered(tx, await registeredByName(tx, name), description || null, now_ms)
    return { registered_model: await registeredToWire(tx, row) }
  },
})
