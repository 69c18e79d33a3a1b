import { artifactStores, FileInfos, folderPath, listPlace } from '../../artifacts/index.ts'
import { read } from '../../http/endpoint.ts'
import { object, optional, string } from '../../http/schema.ts'
import { loggedModelLocation } from '../logged-models/index.ts'

export const listModelArtifacts = read({
  route: 'GET /api/2.0/mlflow/logged-models/{model_id}/artifacts/directories',
  summary: "List the artifacts in a folder of a logged model's artifacts",
  access: { permission: 'read', on: ({ model_id }) => ({ logged_model: model_id }) },
  input: object({
    model_id: string({ min: 1, max: 100 }),
    artifact_directory_path: optional(folderPath),
    page_token: optional(string()),
  }),
  output: object({ root_uri: string(), files: FileInfos }),
  async handler(db, { model_id, artifact_directory_path }, { settings }) {
    const root_uri = await loggedModelLocation(db, model_id)
    return { root_uri, files: await listPlace(artifactStores(settings).at(root_uri), artifact_directory_path?.segments ?? []) }
  },
})
