import { read } from '../../http/endpoint.ts'
import { record } from '../../http/free-form.ts'
import { int64, object, string } from '../../http/schema.ts'
import { refuseMalicious } from '../found-malicious.ts'
import { artifactPath } from '../path.ts'
import { directAccess } from './multipart.ts'

const EXPIRES_S = 300

export const presignedArtifactDownload = read({
  route: 'GET /api/2.0/mlflow-artifacts/presigned/{*artifact_path}',
  summary: 'Get a signed URL under which the artifact store itself hands out an artifact',
  rooted: 'artifact_path',
  access: { permission: 'read', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath }),
  output: object({ url: string(), headers: record(string()), file_size: int64() }),
  async handler(db, { artifact_path }, context) {
    const { store, direct } = directAccess(context, 'Multipart download')
    await refuseMalicious(db, store, artifact_path.segments)
    const { url, size } = await direct.download(artifact_path.segments, EXPIRES_S)
    return { url, headers: {}, file_size: size }
  },
})
