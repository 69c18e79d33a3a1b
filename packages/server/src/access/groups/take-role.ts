import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { RoleId } from '../role.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { takeRole } from './group-store.ts'

export const takeGroupRole = write({
  route: 'DELETE /api/2.0/millrace/groups/{name}/roles/{role_id}',
  summary: 'Take a role from a group',
  access: ADMINS_ONLY,
  input: object({ name: GroupName, role_id: RoleId }),
  output: object({ group: Group }),
  async handler(tx, { name, role_id }) {
    return { group: await takeRole(tx, name, role_id) }
  },
})
