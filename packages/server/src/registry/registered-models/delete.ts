import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName } from '../names.ts'
import { registeredByName } from '../registered.ts'
import { deleteRegistered } from './model-store.ts'

export const deleteRegisteredModel = write({
  route: 'DELETE /api/2.0/mlflow/registered-models/delete',
  summary: 'Delete a registered model with all its versions; the files stay',
  access: { permission: 'manage', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName }),
  output: object({}),
  async handler(tx, { name }) {
    await deleteRegistered(tx, await registeredByName(tx, name))
    return {}
  },
})
