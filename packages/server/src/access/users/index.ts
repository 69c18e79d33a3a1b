import type { Endpoint } from '../../http/endpoint.ts'
import { createUser } from './create.ts'
import { createServiceUser } from './create-service.ts'
import { createUserByForm } from './create-ui.ts'
import { getCurrentUser } from './current.ts'
import { listCurrentUserPermissions } from './current-permissions.ts'
import { deleteUser } from './delete.ts'
import { getUser } from './get.ts'
import { getUserPermission } from './get-permission.ts'
import { grantUserPermission } from './grant-permission.ts'
import { listUsers } from './list.ts'
import { listUserPermissions } from './list-permissions.ts'
import { listUserRoles } from './list-roles.ts'
import { revokeUserPermission } from './revoke-permission.ts'
import { updateAdmin } from './update-admin.ts'
import { updateDisabled } from './update-disabled.ts'
import { updatePassword } from './update-password.ts'

/** Accounts, as MLflow's clients manage them. */
export const userEndpoints: readonly Endpoint[] = [
  createUser,
  createServiceUser,
  createUserByForm,
  getUser,
  listUsers,
  getCurrentUser,
  updatePassword,
  updateAdmin,
  updateDisabled,
  deleteUser,
  listUserRoles,
  listUserPermissions,
  listCurrentUserPermissions,
  getUserPermission,
  grantUserPermission,
  revokeUserPermission,
]
