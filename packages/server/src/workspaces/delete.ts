import { write } from '../http/endpoint.ts'
import { invalid } from '../http/errors.ts'
import { object, type Schema, string, withDefault } from '../http/schema.ts'
import { MODES, type Mode, removeWorkspace } from './removal.ts'
import { DEFAULT_NAME, WorkspaceName } from './workspace.ts'
import { lockedWorkspace } from './workspace-store.ts'

const text = string({ max: 100, description: MODES.join(', ') })
const DeletionMode: Schema<Mode> = {
  ...text,
  decode(raw) {
    const mode = MODES.find((one) => one === text.decode(raw))
    if (mode === undefined) throw invalid(`Invalid deletion mode '${String(raw).slice(0, 100)}'. Must be one of: ${MODES.join(', ')}`)
    return mode
  },
}

export const deleteWorkspace = write({
  route: 'DELETE /api/3.0/mlflow/workspaces/{workspace_name}',
  summary: 'Delete a workspace that is empty, or with what is in it, or after all of that was moved to the default one',
  access: { permission: 'manage', on: () => ({ server: 'workspaces' }) },
  input: object({ workspace_name: WorkspaceName, mode: withDefault(DeletionMode, 'RESTRICT') }),
  output: object({}),
  status: 204,
  async handler(tx, { workspace_name, mode }, { now_ms }) {
    if (workspace_name === DEFAULT_NAME) throw invalid(`The '${DEFAULT_NAME}' workspace is reserved and cannot be deleted.`)
    await removeWorkspace(tx, await lockedWorkspace(tx, workspace_name), mode, now_ms)
    return {}
  },
})
