import { write } from '../../http/endpoint.ts'
import { ApiError } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { grantedOn, managerOfNamed, ResourceId, ResourceTypeOfUser } from '../granted-on.ts'
import { personalRole, workspaceOfGrant } from '../grants.ts'
import { RolePermissionLevel } from '../role.ts'
import { addRoleGrant } from '../role-store.ts'
import { Username } from '../username.ts'

/** The grant is bound to the thing itself: whatever takes its name later has none. */
export const grantUserPermission = write({
  route: 'POST /api/3.0/mlflow/users/permissions/grant',
  summary: 'Grant a user a permission on a thing, or on all of a kind as an admin',
  access: managerOfNamed,
  input: object({ username: Username, resource_type: ResourceTypeOfUser, resource_id: ResourceId, permission: RolePermissionLevel }),
  output: object({}),
  async handler(tx, { username, permission, ...named }) {
    const { id: account } = await requireAccount(tx, username)
    const to = await grantedOn(tx, named)
    const granted = await addRoleGrant(tx, await personalRole(tx, account, await workspaceOfGrant(tx, to)), to, permission)
    if (granted) return {}
    const on = `resource_type=${named.resource_type}, resource_id=${named.resource_id}`
    throw new ApiError('RESOURCE_ALREADY_EXISTS', `Permission for user=${username} on ${on} already exists: revoke it first.`)
  },
})
