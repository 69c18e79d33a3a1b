import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { addGroup } from './group-store.ts'

export const createGroup = write({
  route: 'POST /api/2.0/millrace/groups',
  summary: 'Make a group',
  access: ADMINS_ONLY,
  input: object({ name: GroupName }),
  output: object({ group: Group }),
  async handler(tx, { name }) {
    return { group: await addGroup(tx, name) }
  },
})
