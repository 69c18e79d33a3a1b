import { workspacesOf } from '../access/membership.ts'
import { read } from '../http/endpoint.ts'
import { array, object } from '../http/schema.ts'
import { Workspace } from './workspace.ts'
import { allWorkspaces, workspaceToWire } from './workspace-store.ts'

export const listWorkspaces = read({
  route: 'GET /api/3.0/mlflow/workspaces',
  summary: 'List the workspaces in which the caller has something, by name',
  access: { signed_in: 'the answer holds the workspaces only in which the caller has something' },
  input: object({}),
  output: object({ workspaces: array(Workspace) }),
  async handler(db, _input, { caller }) {
    const own = await workspacesOf(db, caller)
    const shown = (await allWorkspaces(db)).filter(({ id }) => own === 'all' || own.has(id))
    return { workspaces: shown.map(workspaceToWire) }
  },
})
