import { read } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { requireLoadable } from '../gates/index.ts'
import { verifyFiles } from '../manifests/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { filesOf } from './source-owner.ts'
import { versionByNumber } from './version-store.ts'

export const getModelVersionDownloadUri = read({
  route: 'GET /api/2.0/mlflow/model-versions/get-download-uri',
  summary: 'Get the URI from which clients download a model version',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }), reads: (input) => [filesOf(input)] },
  audited: true,
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({ artifact_uri: string() }),
  async handler(db, { name, version }, context) {
    const row = await versionByNumber(db, name, version)
    await requireLoadable(db, row, context)
    await verifyFiles(db, row, context.settings)
    return { artifact_uri: row.download_uri }
  },
})
