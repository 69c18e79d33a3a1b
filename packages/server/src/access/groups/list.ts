import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { ADMINS_ONLY, Group } from './group.ts'
import { allGroups } from './group-store.ts'

export const listGroups = read({
  route: 'GET /api/2.0/millrace/groups',
  summary: 'List the groups with their members and roles',
  access: ADMINS_ONLY,
  input: object({}),
  output: object({ groups: array(Group) }),
  async handler(db) {
    return { groups: await allGroups(db) }
  },
})
