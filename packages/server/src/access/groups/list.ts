import { read } from '../../http/endpoint.ts'
import { array, boolean, object, withDefault } from '../../http/schema.ts'
import { ADMINS_ONLY, Group } from './group.ts'
import { allGroups } from './group-store.ts'

export const listGroups = read({
  route: 'GET /api/2.0/millrace/groups',
  summary: 'List the groups with their members and roles',
  access: ADMINS_ONLY,
  input: object({
    with_members: withDefault(boolean({ description: 'Whether they are told: users/list tells those of one group in pages' }), true),
  }),
  output: object({ groups: array(Group) }),
  async handler(db, { with_members }) {
    return { groups: await allGroups(db, with_members) }
  },
})
