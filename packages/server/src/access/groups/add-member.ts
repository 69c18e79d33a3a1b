import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { requireAccount } from '../account-store.ts'
import { Username } from '../username.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { addMember } from './group-store.ts'

export const addGroupMember = write({
  route: 'POST /api/2.0/millrace/groups/{name}/members',
  summary: 'Make a user a member of a group',
  access: ADMINS_ONLY,
  input: object({ name: GroupName, username: Username }),
  output: object({ group: Group }),
  async handler(tx, { name, username }) {
    return { group: await addMember(tx, name, (await requireAccount(tx, username)).id) }
  },
})
