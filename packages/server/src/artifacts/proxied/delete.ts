import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { changeThawed } from '../frozen.ts'
import { artifactPath } from '../path.ts'
import { artifactStores } from '../stores.ts'

/**
 * Removes a file, or a folder with all that is in it; what is not there is as good as removed. Who may add files may not yet take others'
 * away: this needs MANAGE, as MLflow has it since CVE-2024-4263.
 */
export const deleteArtifact = read({
  route: 'DELETE /api/2.0/mlflow-artifacts/artifacts/{*artifact_path}',
  summary: 'Delete an artifact, or a folder of artifacts',
  rooted: 'artifact_path',
  access: { permission: 'manage', on: ({ artifact_path }) => ({ artifact_path: artifact_path.segments.join('/') }) },
  input: object({ artifact_path: artifactPath }),
  output: object({}),
  async handler(db, { artifact_path }, { settings }) {
    const store = artifactStores(settings).proxied()
    await changeThawed(db, store, artifact_path.segments, () => store.remove(artifact_path.segments))
    return {}
  },
})
