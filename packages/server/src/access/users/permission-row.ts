import type { Reader } from '../../db/handles.ts'
import { int64, object, string } from '../../http/schema.ts'
import { rolesOfAccount } from '../role-store.ts'

/** A grant with the role by which an account has it. */
export const PermissionRow = object({
  role_id: int64(),
  role_name: string(),
  workspace: string(),
  resource_type: string(),
  resource_pattern: string(),
  permission: string(),
})

/** Everything that is granted to an account: to itself, by its roles and by those of its groups. */
export async function permissionRowsOf(db: Reader, account: number) {
  return (await rolesOfAccount(db, account)).flatMap(({ id, name, workspace, permissions }) =>
    permissions.map(({ resource_type, resource_pattern, permission }) => ({
      role_id: id,
      role_name: name,
      workspace,
      resource_type,
      resource_pattern,
      permission,
    })),
  )
}
