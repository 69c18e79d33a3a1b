import type { Reader } from '../../db/handles.ts'
import type { Caller } from '../../http/access.ts'
import { ApiError } from '../../http/errors.ts'
import { type Account, requireAccount } from '../account-store.ts'

/** The account that is asked about: the caller's own, or any for an admin. The same answer whether there is such an account or not. */
export async function accountToldTo(db: Reader, caller: Caller, username: string): Promise<Account> {
  if (!caller.is_admin && username !== caller.user) throw new ApiError('PERMISSION_DENIED', 'Permission denied: ask an admin.')
  return requireAccount(db, username)
}
