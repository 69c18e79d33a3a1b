import { read } from '../../http/endpoint.ts'
import { object, optional } from '../../http/schema.ts'
import { FileInfos } from '../file-info.ts'
import { folderPath } from '../path.ts'
import { artifactStores } from '../stores.ts'
import { WORKSPACES_FOLDER } from '../workspace-path.ts'

/** What lies in a folder, by bare names: MLflow's client joins them to the folder that it asked for. */
export const listArtifacts = read({
  route: 'GET /api/2.0/mlflow-artifacts/artifacts',
  summary: 'List the artifacts in a folder of the artifact root',
  rooted: 'path',
  access: { permission: 'read', on: ({ path }) => ({ artifact_path: (path?.segments ?? []).join('/') }) },
  input: object({ path: optional(folderPath) }),
  output: object({ files: FileInfos }),
  async handler(_db, { path }, { settings }) {
    const entries = await artifactStores(settings)
      .proxied()
      .list(path?.segments ?? [])
    // What other workspaces have is not there for the default one, whose root is the whole one.
    const isRoot = (path?.segments.length ?? 0) === 0
    const own = entries.filter(({ name }) => !(settings.workspaces && isRoot && name === WORKSPACES_FOLDER))
    return { files: own.map(({ name, is_dir, size }) => ({ path: name, is_dir, ...(size !== undefined && { file_size: size }) })) }
  },
})
