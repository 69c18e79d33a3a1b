import { query, type Reader } from '../db/handles.ts'
import type { Resource } from '../http/endpoint.ts'
import { KIND, LEVEL } from './level.ts'
import type { Rights } from './rights.ts'

type OfRoles = Extract<Resource, { role: number } | { role_permission: number } | { roles_of_workspace: string }>
export type OfThings = Exclude<Resource, OfRoles | { server: string }>

export const isOfRoles = (resource: Resource): resource is OfRoles =>
  'role' in resource || 'role_permission' in resource || 'roles_of_workspace' in resource

const OF_ROLE = query<{ id: number }>('select workspace as id from access_role where id = ?')
const OF_GRANT = query<{ id: number }>('select r.workspace as id from access_grant g join access_role r on r.id = g.role where g.id = ?')
const BY_NAME = query<{ id: number }>('select id from workspace where name = ?')

function workspaceOf(db: Reader, resource: OfRoles): Promise<{ id: number } | undefined> | { id: number } | undefined {
  if ('role' in resource) return db.get(OF_ROLE, resource.role)
  if ('role_permission' in resource) return db.get(OF_GRANT, resource.role_permission)
  return db.get(BY_NAME, resource.roles_of_workspace)
}

/** Whether the account manages the workspace whose roles these are; no, where there are no such roles. */
export async function managesRoles(db: Reader, rights: Rights, resource: OfRoles): Promise<boolean> {
  const workspace = await workspaceOf(db, resource)
  if (!workspace) return false
  return rights.wide.some((one) => one.kind === KIND.workspace && one.workspace === workspace.id && one.level === LEVEL.MANAGE)
}
