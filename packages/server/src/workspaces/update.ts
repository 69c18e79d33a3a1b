import { write } from '../http/endpoint.ts'
import { invalid } from '../http/errors.ts'
import { object, optional, string } from '../http/schema.ts'
import { requireArtifactRoot } from './artifact-root.ts'
import { DESCRIPTION_MAX, ROOT_MAX, requireRetention, TraceArchivalConfig, Workspace, WorkspaceName } from './workspace.ts'
import { lockedWorkspace, updateWorkspaceRow, workspaceToWire } from './workspace-store.ts'

export const updateWorkspace = write({
  route: 'PATCH /api/3.0/mlflow/workspaces/{workspace_name}',
  summary: 'Change what is given of a workspace; an empty text takes a value away. Its name stays',
  access: { permission: 'manage', on: () => ({ server: 'workspaces' }) },
  input: object({
    workspace_name: WorkspaceName,
    description: optional(string({ max: DESCRIPTION_MAX })),
    default_artifact_root: optional(string({ max: ROOT_MAX })),
    trace_archival_config: optional(TraceArchivalConfig),
  }),
  output: object({ workspace: Workspace }),
  async handler(tx, { workspace_name, description, default_artifact_root, trace_archival_config }, { settings }) {
    const fields = {
      description,
      artifact_root: default_artifact_root === undefined ? undefined : requireArtifactRoot(default_artifact_root, workspace_name, settings),
      trace_location: trace_archival_config?.location?.trim(),
      trace_retention:
        trace_archival_config?.retention === undefined ? undefined : requireRetention(trace_archival_config.retention.trim()),
    }
    if (Object.values(fields).every((value) => value === undefined)) {
      throw invalid('Workspace update must have at least one key: description, default_artifact_root or trace_archival_config.')
    }
    const row = await lockedWorkspace(tx, workspace_name)
    return { workspace: workspaceToWire(await updateWorkspaceRow(tx, row, fields)) }
  },
})
