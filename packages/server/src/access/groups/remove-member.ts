import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { Username } from '../username.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { removeMember } from './group-store.ts'

export const removeGroupMember = write({
  route: 'DELETE /api/2.0/millrace/groups/{name}/members/{username}',
  summary: 'Take a user out of a group',
  access: ADMINS_ONLY,
  input: object({ name: GroupName, username: Username }),
  output: object({ group: Group }),
  async handler(tx, { name, username }) {
    return { group: await removeMember(tx, name, (await requireAccount(tx, username)).id) }
  },
})
