import { read } from '../../http/endpoint.ts'
import { record } from '../../http/free-form.ts'
import { array, int64, object, string, withDefault } from '../../http/schema.ts'
import { refuseFrozen } from '../frozen.ts'
import { artifactPath } from '../path.ts'
import { directAccess, LocalPath, targetOf } from './multipart.ts'

const PARTS_MAX = 10_000

/** Begins an upload in parts, which the client sends to the store itself, each to a signed URL. */
export const createMultipartUpload = read({
  route: 'POST /api/2.0/mlflow-artifacts/mpu/create/{*artifact_path}',
  summary: 'Begin a multipart upload',
  rooted: 'artifact_path',
  access: { permission: 'edit', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath, path: LocalPath, num_parts: withDefault(int64({ min: 1, max: PARTS_MAX }), 1) }),
  output: object({
    upload_id: string(),
    credentials: array(object({ url: string(), part_number: int64(), headers: record(string()) })),
  }),
  async handler(db, { artifact_path, path, num_parts }, context) {
    const target = targetOf(artifact_path, path)
    const { store, direct } = directAccess(context, 'Multipart upload')
    await refuseFrozen(db, store, target)
    const { upload_id, urls } = await direct.createMultipart(target, num_parts)
    return { upload_id, credentials: urls.map((url, at) => ({ url, part_number: at + 1, headers: {} })) }
  },
})
