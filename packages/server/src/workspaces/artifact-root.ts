import { artifactStores, type Location, WORKSPACES_FOLDER } from '../artifacts/index.ts'
import type { Settings } from '../config.ts'
import { invalid } from '../http/errors.ts'

/**
 * A place that an admin names for the artifacts of a workspace: at or below what this server is set up with, and not in another
 * workspace's folder. @throws ApiError INVALID_PARAMETER_VALUE
 */
export function requireArtifactRoot(root: string, workspace: string, settings: Settings): string {
  const text = root.trim()
  if (text === '') return ''
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text) && !text.startsWith('/')) {
    throw invalid(`Invalid value for 'default_artifact_root'. Expected a URI or an absolute path, got '${text.slice(0, 200)}'.`)
  }
  const { location } = artifactStores(settings).check(text)
  const owner = ownerOf(location, settings)
  if (owner !== undefined && owner !== workspace) {
    throw invalid(`Invalid value for 'default_artifact_root': '${text.slice(0, 200)}' is in the folder where workspaces have theirs.`)
  }
  return text
}

const PROXIED = 'mlflow-artifacts:/'

/** The name below `workspaces/` in which a location lies; empty for that folder itself. */
function ownerOf(location: Location, settings: Settings): string | undefined {
  const places = [PROXIED, settings.default_artifact_root, settings.artifacts_destination]
  const roots = places.flatMap((root) => {
    try {
      return [artifactStores(settings).check(root).location]
    } catch {
      // A root that only clients write to: this server opens nothing there.
      return []
    }
  })
  for (const root of roots) {
    const { length } = root.segments
    const isBelow = root.kind === location.kind && root.segments.every((name, at) => location.segments[at] === name)
    if (isBelow && location.segments[length] === WORKSPACES_FOLDER) return location.segments[length + 1] ?? ''
  }
  return undefined
}
