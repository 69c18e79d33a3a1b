import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RoleId } from '../role.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { giveRole } from './group-store.ts'

export const giveGroupRole = write({
  route: 'POST /api/2.0/millrace/groups/{name}/roles',
  summary: 'Give a role to a group',
  access: ADMINS_ONLY,
  input: object({ name: GroupName, role_id: RoleId }),
  output: object({ group: Group }),
  async handler(tx, { name, role_id }) {
    return { group: await giveRole(tx, name, role_id) }
  },
})
