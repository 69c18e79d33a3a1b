import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { writeThawed } from '../frozen.ts'
import { incomingOf } from '../incoming.ts'
import { artifactPath, invalidPath } from '../path.ts'
import { artifactStores } from '../stores.ts'

/** Keeps the body under the path; a file that is there already is replaced in one step. */
export const uploadArtifact = stream({
  route: 'PUT /api/2.0/mlflow-artifacts/artifacts/{*artifact_path}',
  summary: 'Upload an artifact',
  rooted: 'artifact_path',
  access: { permission: 'edit', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath }),
  answers: 'Nothing but {}; the SHA-256 of what was kept is in the header Repr-Digest',
  takes_body: true,
  uploads: true,
  async handler({ artifact_path: { segments, is_folder } }, { settings }, exchange) {
    const store = artifactStores(settings).proxied()
    if (is_folder) throw invalidPath('it ends in a slash, and a file needs a name')
    const { sha256 } = await writeThawed(exchange.db, store, segments, incomingOf(exchange, settings.artifact_max_bytes))
    return {
      headers: { 'content-type': 'application/json; charset=utf-8', 'repr-digest': `sha-256=:${sha256.toString('base64')}:` },
      body: '{}',
    }
  },
})
