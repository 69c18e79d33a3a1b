import { array, boolean, int64, object, string } from '../../http/schema.ts'
import type { Account } from '../account-store.ts'
import { PASSWORD_LENGTH_MAX } from '../password.ts'

export const Password = string({ min: 1, max: PASSWORD_LENGTH_MAX })

/** An account as MLflow's clients see it; what it signs in with is never sent. */
export const User = object({ id: int64(), username: string(), is_admin: boolean() })

/** The same with what was granted to it by itself. */
export const UserWithGrants = object({
  id: int64(),
  username: string(),
  is_admin: boolean(),
  experiment_permissions: array(object({ experiment_id: string(), user_id: int64(), permission: string() })),
  registered_model_permissions: array(object({ name: string(), user_id: int64(), permission: string() })),
})

export const userToWire = ({ id, name, is_admin }: Account) => ({ id, username: name, is_admin: is_admin !== 0 })

/** Accounts are the admins' to make and to change. */
export const ADMINS_ONLY = { permission: 'manage', on: () => ({ server: 'settings' as const }) } as const
