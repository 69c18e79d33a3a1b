import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { NewAliasName, RegisteredName, VersionNumber } from '../names.ts'
import { tellAlias } from '../tell.ts'
import { setAlias } from './model-store.ts'

export const setRegisteredModelAlias = write({
  route: 'POST /api/2.0/mlflow/registered-models/alias',
  summary: 'Point an alias to a model version',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, alias: NewAliasName, version: VersionNumber }),
  output: object({}),
  async handler(tx, { name, alias, version }, { now_ms }) {
    await setAlias(tx, (await versionByNumber(tx, name, version)).model, alias, version)
    await tellAlias(tx, name, alias, version, now_ms)
    return {}
  },
})
