import { artifactPath, artifactStores, sendArtifact } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { type Field, object, type Static, string } from '../../http/schema.ts'
import { loggedModelLocation } from '../logged-models/index.ts'

const FilePath: Field<Static<typeof artifactPath>> = {
  ...artifactPath,
  fallback() {
    throw new ApiError('BAD_REQUEST', 'Request must include the "artifact_file_path" query parameter.')
  },
}

export const downloadModelArtifact = stream({
  route: 'GET /ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files',
  summary: 'Download an artifact of a logged model',
  access: { permission: 'read', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({ model_id: string({ min: 1, max: 100 }), artifact_file_path: FilePath }),
  answers: "The artifact's bytes, or the range of them that was asked for",
  async handler({ model_id, artifact_file_path }, { settings }, exchange) {
    const place = artifactStores(settings).at(await loggedModelLocation(exchange.db, model_id))
    return sendArtifact(place, artifact_file_path.segments, exchange)
  },
})
