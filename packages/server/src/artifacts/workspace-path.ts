import { DEFAULT_WORKSPACE, query, type Reader } from '../db/handles.ts'
import type { Caller } from '../http/access.ts'
import { missing } from '../http/errors.ts'
import { locationsAbove } from './owner.ts'
import type { ArtifactPath, Segments } from './path.ts'

/** The folder below every artifact root in which each workspace has its own. */
export const WORKSPACES_FOLDER = 'workspaces'

const OWNERS = query<[workspace: number]>(
  (dialect) => `select distinct workspace from experiment where ${dialect.inTexts('artifact_location')}`,
)

/**
 * The path that a caller means: what their own experiments keep, or what lies in their workspace's folder, `workspaces/NAME`. A path that
 * doesn't begin with that is put below it, as in MLflow; but in the default workspace, where it stays as it was before there were others.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST for what is another workspace's, whether there is anything or not (security case AZ-18)
 */
export async function pathInWorkspace(db: Reader, caller: Caller, path: ArtifactPath | undefined): Promise<ArtifactPath> {
  const { segments, is_folder } = path ?? { segments: [], is_folder: true }
  const { workspace, workspace_id } = caller
  const first = segments[0]?.toLowerCase()
  const owners = new Set((await db.tuples(OWNERS, locationsAbove(db, segments))).map(([owner]) => owner))
  if (owners.size > 0 && owners.has(workspace_id)) {
    if (owners.size > 1) throw notHere(segments)
    return { segments, is_folder }
  }
  // In upper case too: some disks take the two for one.
  if (first === WORKSPACES_FOLDER) {
    if (owners.size > 0 || segments[0] !== WORKSPACES_FOLDER || segments[1] !== workspace) throw notHere(segments)
    return { segments, is_folder }
  }
  if (workspace_id !== DEFAULT_WORKSPACE) return { segments: [WORKSPACES_FOLDER, workspace, ...segments], is_folder }
  if (owners.size > 0) throw notHere(segments)
  return { segments, is_folder }
}

const notHere = (segments: Segments): Error => missing(`No experiment that you may read keeps artifacts at '${segments.join('/')}'.`)
