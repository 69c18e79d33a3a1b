import type { Endpoint } from '../http/endpoint.ts'
import { createWorkspace } from './create.ts'
import { deleteWorkspace } from './delete.ts'
import { getWorkspace } from './get.ts'
import { listWorkspaces } from './list.ts'
import { updateWorkspace } from './update.ts'

export { workspaceNamed } from './named.ts'
export { requireNothingOutside } from './outside.ts'
export { DEFAULT_NAME, requireWorkspaceName } from './workspace.ts'
export { noSuchWorkspace, workspaceByName, workspaceOf } from './workspace-store.ts'

/** Rooms of their own for teams: what is in one is not there for the others. */
export const workspaceEndpoints: readonly Endpoint[] = [listWorkspaces, createWorkspace, getWorkspace, updateWorkspace, deleteWorkspace]
