import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { sendArtifact } from '../answer.ts'
import { artifactPath } from '../path.ts'
import { artifactStores } from '../stores.ts'

export const downloadArtifact = stream({
  route: 'GET /api/2.0/mlflow-artifacts/artifacts/{*artifact_path}',
  summary: 'Download an artifact',
  rooted: 'artifact_path',
  access: { permission: 'read', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath }),
  answers: "The artifact's bytes, or the range of them that was asked for",
  handler: ({ artifact_path }, { settings }, exchange) =>
    sendArtifact({ store: artifactStores(settings).proxied(), folder: [] }, artifact_path.segments, exchange),
})
