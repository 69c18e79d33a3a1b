import { read } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { counted } from '../../http/quota.ts'
import { array, int64, object, string } from '../../http/schema.ts'
import { changeThawed } from '../frozen.ts'
import { artifactPath } from '../path.ts'
import { directAccess, LocalPath, targetOf, UploadId } from './multipart.ts'

const PARTS_MAX = 10_000
// A part of the list is about 120 bytes, and clients send the signed URL back with each: some 700 bytes more.
const BODY_MAX_BYTES = 16 * 2 ** 20

/** Makes one artifact of the parts that were sent. */
export const completeMultipartUpload = read({
  route: 'POST /api/2.0/mlflow-artifacts/mpu/complete/{*artifact_path}',
  summary: 'Complete a multipart upload',
  rooted: 'artifact_path',
  access: { permission: 'edit', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  body_max_bytes: BODY_MAX_BYTES,
  counts_bytes: true,
  input: object({
    artifact_path: artifactPath,
    path: LocalPath,
    upload_id: UploadId,
    parts: array(object({ part_number: int64({ min: 1, max: PARTS_MAX }), etag: string({ max: 200 }) }), { min: 1, max: PARTS_MAX }),
  }),
  output: object({}),
  async handler(db, { artifact_path, path, upload_id, parts }, context) {
    const target = targetOf(artifact_path, path)
    const { store, direct } = directAccess(context, 'Multipart upload')
    const numbers = parts.map(({ part_number }) => part_number)
    const size = (): Promise<number> => direct.measureMultipart(target, upload_id, numbers)
    const complete = (): Promise<void> => changeThawed(db, store, target, () => direct.completeMultipart(target, upload_id, parts))
    await counted(context.bytes, size, complete).catch(async (error: unknown) => {
      // Parts that are too many for the day's bytes are not left lying about.
      if (error instanceof ApiError && isOverQuota(error)) await direct.abortMultipart(target, upload_id)
      throw error
    })
    return {}
  },
})

const isOverQuota = ({ code }: ApiError): boolean => code === 'REQUEST_LIMIT_EXCEEDED' || code === 'REQUEST_TOO_LARGE'
