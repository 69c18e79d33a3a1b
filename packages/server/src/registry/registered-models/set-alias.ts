import { write } from '../../http/endpoint.ts'
import { Refusal } from '../../http/refusal.ts'
import { object } from '../../http/schema.ts'
import { passGate, recordMoveTo } from '../gates/index.ts'
import { versionToMove } from '../model-versions/index.ts'
import { NewAliasName, RegisteredName, VersionNumber } from '../names.ts'
import { tellAlias } from '../tell.ts'
import { setAlias } from './model-store.ts'

export const setRegisteredModelAlias = write({
  route: 'POST /api/2.0/mlflow/registered-models/alias',
  summary: 'Point an alias to a model version',
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, alias: NewAliasName, version: VersionNumber }),
  output: object({}),
  async handler(tx, { name, alias, version }, context) {
    const row = await versionToMove(tx, name, version)
    const target = { kind: 'alias', name: alias } as const
    const pass = await passGate(tx, row, target, context)
    if (pass instanceof Refusal) return pass
    const { now_ms, caller } = context
    await recordMoveTo(tx, target, row, { caller, now_ms, what: 'set', ...pass })
    await setAlias(tx, row.model, alias, version)
    await tellAlias(tx, name, alias, version, now_ms)
    return {}
  },
})
