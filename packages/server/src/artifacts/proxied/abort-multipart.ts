import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { artifactPath } from '../path.ts'
import { directAccess, LocalPath, targetOf, UploadId } from './multipart.ts'

/** Gives up a multipart upload: the store throws its parts away. */
export const abortMultipartUpload = read({
  route: 'POST /api/2.0/mlflow-artifacts/mpu/abort/{*artifact_path}',
  summary: 'Abort a multipart upload',
  rooted: 'artifact_path',
  access: { permission: 'edit', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath, path: LocalPath, upload_id: UploadId }),
  output: object({}),
  async handler(_db, { artifact_path, path, upload_id }, context) {
    const target = targetOf(artifact_path, path)
    await directAccess(context, 'Multipart upload').direct.abortMultipart(target, upload_id)
    return {}
  },
})
