import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { ADMINS_ONLY, GroupName } from './group.ts'
import { removeGroup } from './group-store.ts'

export const deleteGroup = write({
  route: 'DELETE /api/2.0/millrace/groups/{name}',
  summary: 'Remove a group; its members lose what its roles grant',
  access: ADMINS_ONLY,
  input: object({ name: GroupName }),
  output: object({}),
  async handler(tx, { name }) {
    await removeGroup(tx, name)
    return {}
  },
})
