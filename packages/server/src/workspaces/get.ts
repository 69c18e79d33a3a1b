import { workspacesOf } from '../access/membership.ts'
import { read } from '../http/endpoint.ts'
import { object } from '../http/schema.ts'
import { Workspace, WorkspaceName } from './workspace.ts'
import { noSuchWorkspace, workspaceByName, workspaceToWire } from './workspace-store.ts'

export const getWorkspace = read({
  route: 'GET /api/3.0/mlflow/workspaces/{workspace_name}',
  summary: 'Get a workspace',
  access: { signed_in: 'a workspace in which the caller has nothing is not there' },
  input: object({ workspace_name: WorkspaceName }),
  output: object({ workspace: Workspace }),
  async handler(db, { workspace_name }, { caller }) {
    const row = await workspaceByName(db, workspace_name)
    const own = await workspacesOf(db, caller)
    return own === 'all' || own.has(row.id) ? { workspace: workspaceToWire(row) } : noSuchWorkspace(workspace_name)
  },
})
