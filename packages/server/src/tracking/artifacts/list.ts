import { artifactStores, FileInfos, folderPath, listPlace } from '../../artifacts/index.ts'
import { read } from '../../http/endpoint.ts'
import { alias, object, optional, string } from '../../http/schema.ts'
import { runArtifactUri } from './run-place.ts'

export const listRunArtifacts = read({
  route: 'GET /api/2.0/mlflow/artifacts/list',
  summary: "List the artifacts in a folder of a run's artifacts",
  access: { permission: 'read', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: alias(string({ min: 1 }), 'run_uuid'), path: optional(folderPath), page_token: optional(string()) }),
  output: object({ root_uri: string(), files: FileInfos }),
  async handler(db, { run_id, path }, { settings }) {
    const root_uri = await runArtifactUri(db, run_id)
    return { root_uri, files: await listPlace(artifactStores(settings).at(root_uri), path?.segments ?? []) }
  },
})
