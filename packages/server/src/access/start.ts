import type { Login } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Authority } from '../http/access.ts'
import { ensureFirstAdmin } from './account-store.ts'
import { type DoorOptions, loginAuthority } from './door.ts'
import { Provider } from './oidc/index.ts'
import { hashPassword } from './password.ts'

/**
 * Switches login on. A database without accounts gets its admin: with the password that was given, or with a token that is told once.
 * Gives that token to be shown to the person at the terminal; it must not reach a log.
 */
export async function startLogin(
  db: Database,
  login: Login,
  options: Omit<DoorOptions, 'provider'> = {},
): Promise<{ authority: Authority; first_admin_token?: string }> {
  const hash = login.admin_password ? await hashPassword(login.admin_password.reveal()) : null
  const first_admin_token = await db.write((tx) => ensureFirstAdmin(tx, login.admin_username, hash, Date.now()))
  const authority = loginAuthority(db, login.default_permission, { ...options, provider: login.oidc && new Provider(login.oidc) })
  return { authority, ...(first_admin_token !== undefined && { first_admin_token }) }
}
