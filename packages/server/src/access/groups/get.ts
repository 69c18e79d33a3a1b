import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ADMINS_ONLY, Group, GroupName } from './group.ts'
import { groupByName } from './group-store.ts'

export const getGroup = read({
  route: 'GET /api/2.0/millrace/groups/{name}',
  summary: 'Get a group with its members and roles',
  access: ADMINS_ONLY,
  input: object({ name: GroupName }),
  output: object({ group: Group }),
  async handler(db, { name }) {
    return { group: await groupByName(db, name) }
  },
})
