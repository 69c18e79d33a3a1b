import { artifactPath, refuseMalicious } from '../../artifacts/index.ts'
import { read } from '../../http/endpoint.ts'
import { record } from '../../http/free-form.ts'
import { int64, object, string, withDefault } from '../../http/schema.ts'
import { directPlace, Expiration } from './presigned.ts'
import { runArtifactUri } from './run-place.ts'

const EXPIRES_S = 300

export const presignedRunDownload = read({
  route: 'POST /api/2.0/mlflow/artifacts/presigned-download-url',
  summary: "Get a signed URL under which the artifact store itself hands out a run's artifact",
  access: { permission: 'read', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: string({ min: 1 }), path: artifactPath, expiration: withDefault(Expiration, EXPIRES_S) }),
  output: object({ presigned_url: string(), headers: record(string()), file_size: int64() }),
  async handler(db, { run_id, path, expiration }, { settings }) {
    const { direct, store, folder } = directPlace(settings, await runArtifactUri(db, run_id), 'download')
    const whole = [...folder, ...path.segments]
    await refuseMalicious(db, store, whole)
    const { url, size } = await direct.download(whole, expiration)
    return { presigned_url: url, headers: {}, file_size: size }
  },
})
