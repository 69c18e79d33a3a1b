import { read } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { array, int64, object, string } from '../../http/schema.ts'
import { manifestOfVersion } from '../manifests/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { filesOf } from './source-owner.ts'
import { versionByNumber } from './version-store.ts'

export const getModelVersionManifest = read({
  route: 'GET /api/2.0/millrace/model-versions/manifest',
  summary: "Get the SHA-256 digests of a model version's files, recorded when it was registered",
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }), reads: (input) => [filesOf(input)] },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({
    root_sha256: string({
      description: 'SHA-256, in hex, of a line for each file, sorted by the bytes of its path: `SHA256 SIZE JSON-PATH\\n`',
    }),
    bytes: int64(),
    files: array(object({ path: string(), size: int64(), sha256: string() })),
  }),
  async handler(db, { name, version }) {
    const manifest = await manifestOfVersion(db, (await versionByNumber(db, name, version)).id)
    if (manifest) return { ...manifest, files: [...manifest.files] }
    throw missing(
      `Model Version (name=${name}, version=${version}) has no manifest: its files are not this server's, ` +
        'or it is not READY yet; then ask again.',
    )
  },
})
