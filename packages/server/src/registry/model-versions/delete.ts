import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { closeRequestsOf, recordVersionDeleted } from '../gates/index.ts'
import { thawVersion } from '../manifests/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { touchRegistered } from '../registered.ts'
import { forgetAttestations } from '../signatures/index.ts'
import { deleteVersion, versionToMove } from './version-store.ts'

export const deleteModelVersion = write({
  route: 'DELETE /api/2.0/mlflow/model-versions/delete',
  summary: 'Delete a model version and the aliases that point to it; the files stay',
  access: { permission: 'manage', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({}),
  async handler(tx, { name, version }, { now_ms, caller }) {
    const row = await versionToMove(tx, name, version)
    await recordVersionDeleted(tx, row, { caller, now_ms, what: 'version_deleted' })
    await closeRequestsOf(tx, row.id, now_ms)
    await thawVersion(tx, row.id)
    await forgetAttestations(tx, row.id)
    await deleteVersion(tx, row, now_ms)
    await touchRegistered(tx, row.model, now_ms)
    return {}
  },
})
