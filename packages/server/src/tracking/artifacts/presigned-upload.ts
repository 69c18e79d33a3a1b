import { artifactPath, invalidPath, refuseFrozen } from '../../artifacts/index.ts'
import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { record } from '../../http/free-form.ts'
import { counted } from '../../http/quota.ts'
import { int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { loggedModelLocation } from '../logged-models/index.ts'
import { directPlace, Expiration } from './presigned.ts'
import { runArtifactUri } from './run-place.ts'

const EXPIRES_S = 900

export const presignedUpload = read({
  route: 'POST /api/2.0/mlflow/artifacts/presigned-upload-url',
  summary: 'Get a signed URL under which the artifact store itself takes an artifact of a run or of a logged model',
  access: { permission: 'edit', on: ({ run_id, model_id }) => ownersOf(run_id, model_id) },
  input: object({
    run_id: optional(string()),
    model_id: optional(string()),
    path: artifactPath,
    expiration: withDefault(Expiration, EXPIRES_S),
    file_size: optional(int64({ min: 0, description: 'In bytes; the URL takes a file of this length and no other' })),
  }),
  counts_bytes: true,
  output: object({ presigned_url: string(), headers: record(string()) }),
  async handler(db, { run_id, model_id, path, expiration, file_size }, { settings, bytes }) {
    ownersOf(run_id, model_id)
    if (path.is_folder) throw invalidPath('it ends in a slash, and a file needs a name')
    const location = run_id ? await runArtifactUri(db, run_id) : await loggedModelLocation(db, model_id as string)
    const { store, direct, folder } = directPlace(settings, location, 'upload')
    await refuseFrozen(db, store, [...folder, ...path.segments])
    if (bytes && file_size === undefined) throw sizeNeeded()
    const sign = () => direct.upload([...folder, ...path.segments], expiration, file_size)
    const { url, headers } = await counted(bytes, () => file_size ?? 0, sign)
    return { presigned_url: url, headers }
  },
})

/** What the store takes by a URL of its own, this server never sees: it is counted when the URL is made, used or not. */
const sizeNeeded = () =>
  invalid('A quota of bytes holds for you, so the URL is made for a file of a certain length: send its bytes as file_size.')

function ownersOf(run_id: string | undefined, model_id: string | undefined): { run: string } | { logged_model: string } {
  if (!run_id === !model_id) throw invalid('Exactly one of run_id and model_id must be provided.')
  return run_id ? { run: run_id } : { logged_model: model_id as string }
}
