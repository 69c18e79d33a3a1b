import { grantToMaker } from '../../access/grants.ts'
import { write } from '../../http/endpoint.ts'
import { object, optional, string, withDefault } from '../../http/schema.ts'
import { DESCRIPTION_MAX, NewTags, RegisteredName, TAGS_BODY_MAX_BYTES } from '../names.ts'
import { tellModelMade } from '../tell.ts'
import { registeredToWire } from './model-reader.ts'
import { insertRegistered } from './model-store.ts'
import { RegisteredModel } from './registered-model.ts'

/** Makes a registered model, or a prompt: its tags decide which, here and never again. */
export const createRegisteredModel = write({
  route: 'POST /api/2.0/mlflow/registered-models/create',
  summary: 'Create a registered model, or a prompt if its tags say so',
  access: { permission: 'edit', on: () => ({ server: 'registered_models' }) },
  input: object({
    name: RegisteredName,
    tags: withDefault(NewTags, []),
    description: optional(string({ max: DESCRIPTION_MAX })),
  }),
  output: object({ registered_model: RegisteredModel }),
  body_max_bytes: TAGS_BODY_MAX_BYTES,
  async handler(tx, { name, tags, description }, { now_ms, user, caller }) {
    const row = await insertRegistered(tx, { name, tags, description: description || null, created_by: user || null }, now_ms)
    await grantToMaker(tx, caller, 'registered_model', row.id)
    await tellModelMade(tx, row, tags, description || null, now_ms)
    return { registered_model: await registeredToWire(tx, row) }
  },
})
