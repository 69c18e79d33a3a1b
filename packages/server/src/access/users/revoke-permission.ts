import { write } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { grantedOn, managerOfNamed, ResourceId, ResourceTypeOfUser } from '../granted-on.ts'
import { personalRole, workspaceOfGrant } from '../grants.ts'
import { removeRoleGrantOn } from '../role-store.ts'
import { Username } from '../username.ts'

export const revokeUserPermission = write({
  route: 'POST /api/3.0/mlflow/users/permissions/revoke',
  summary: 'Take back what a user was granted',
  access: managerOfNamed,
  input: object({ username: Username, resource_type: ResourceTypeOfUser, resource_id: ResourceId }),
  output: object({}),
  async handler(tx, { username, ...named }) {
    const { id: account } = await requireAccount(tx, username)
    const to = await grantedOn(tx, named)
    if (await removeRoleGrantOn(tx, await personalRole(tx, account, await workspaceOfGrant(tx, to)), to)) return {}
    throw missing(`Permission for user=${username} on resource_type=${named.resource_type}, resource_id=${named.resource_id} not found.`)
  },
})
