import { write } from '../http/endpoint.ts'
import { invalid } from '../http/errors.ts'
import { object, optional, string } from '../http/schema.ts'
import { requireArtifactRoot } from './artifact-root.ts'
import { DEFAULT_NAME, DESCRIPTION_MAX, ROOT_MAX, requireRetention, TraceArchivalConfig, Workspace, WorkspaceName } from './workspace.ts'
import { insertWorkspace, workspaceToWire } from './workspace-store.ts'

export const createWorkspace = write({
  route: 'POST /api/3.0/mlflow/workspaces',
  summary: 'Create a workspace',
  access: { permission: 'manage', on: () => ({ server: 'workspaces' }) },
  input: object({
    name: WorkspaceName,
    description: optional(string({ max: DESCRIPTION_MAX })),
    default_artifact_root: optional(string({ max: ROOT_MAX })),
    trace_archival_config: optional(TraceArchivalConfig),
  }),
  output: object({ workspace: Workspace }),
  status: 201,
  async handler(tx, { name, description, default_artifact_root = '', trace_archival_config }, { now_ms, settings }) {
    if (name === DEFAULT_NAME) throw invalid(`The '${DEFAULT_NAME}' workspace is reserved and cannot be created: it is there already.`)
    const fields = {
      description,
      artifact_root: requireArtifactRoot(default_artifact_root, name, settings),
      trace_location: trace_archival_config?.location?.trim(),
      trace_retention: requireRetention(trace_archival_config?.retention?.trim() ?? ''),
    }
    return { workspace: workspaceToWire(await insertWorkspace(tx, name, fields, now_ms)) }
  },
})
