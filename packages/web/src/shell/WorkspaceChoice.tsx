import { useApi } from '../api.ts'
import { useServerInfo } from '../server-info.ts'
import { workspace, workspaceAddress } from '../workspace.ts'

const DEFAULT = 'default'

/** Which workspace the pages are about, and the others that one may go to. Nothing where the server has none. */
export function WorkspaceChoice() {
  const able = useServerInfo().data?.workspaces_enabled
  const found = useApi('GET /api/3.0/mlflow/workspaces', {}, { enabled: able === true })
  if (able === false && workspace !== undefined) {
    // An address of another server, or of one that had workspaces.
    return (
      <a className="quiet" href={workspaceAddress(undefined)}>
        Leave the workspace {workspace}: this server has none
      </a>
    )
  }
  if (!found.data) return null
  const current = workspace ?? DEFAULT
  // Everybody may look into the default one; what was named by an address may be gone, or not for this reader.
  const names = [...new Set([DEFAULT, ...found.data.workspaces.map(({ name }) => name)])].sort()
  const isKnown = names.includes(current)
  if (isKnown && names.length === 1) return null
  return (
    <select
      className="workspace"
      aria-label="Workspace"
      title={`Workspace: ${current}`}
      value={current}
      onChange={({ target: { value } }) => location.assign(workspaceAddress(value))}
    >
      {!isKnown && <option value={current}>{current} (not found)</option>}
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )
}
