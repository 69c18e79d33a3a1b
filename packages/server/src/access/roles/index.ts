import type { Endpoint } from '../../http/endpoint.ts'
import { addRolePermission } from './add-permission.ts'
import { assignRoleToUser } from './assign.ts'
import { createRole } from './create.ts'
import { deleteRole } from './delete.ts'
import { getRole } from './get.ts'
import { listRoles } from './list.ts'
import { listRolePermissions } from './list-permissions.ts'
import { listRoleUsers } from './list-users.ts'
import { removeRolePermission } from './remove-permission.ts'
import { unassignRoleFromUser } from './unassign.ts'
import { updateRole } from './update.ts'
import { updateRolePermission } from './update-permission.ts'

/** Roles: what they are granted, and to whom they are given. */
export const roleEndpoints: readonly Endpoint[] = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  deleteRole,
  addRolePermission,
  removeRolePermission,
  updateRolePermission,
  listRolePermissions,
  assignRoleToUser,
  unassignRoleFromUser,
  listRoleUsers,
]
