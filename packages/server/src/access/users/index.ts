import type { Endpoint } from '../../http/endpoint.ts'
import { createUser } from './create.ts'
import { createServiceUser } from './create-service.ts'
import { getCurrentUser } from './current.ts'
import { deleteUser } from './delete.ts'
import { getUser } from './get.ts'
import { listUsers } from './list.ts'
import { updateAdmin } from './update-admin.ts'
import { updateDisabled } from './update-disabled.ts'
import { updatePassword } from './update-password.ts'

/** Accounts, as MLflow's clients manage them. */
export const userEndpoints: readonly Endpoint[] = [
  createUser,
  createServiceUser,
  getUser,
  listUsers,
  getCurrentUser,
  updatePassword,
  updateAdmin,
  updateDisabled,
  deleteUser,
]
