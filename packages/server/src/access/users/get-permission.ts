import { read } from '../../http/endpoint.ts'
import { boolean, object, string } from '../../http/schema.ts'
import { effectiveLevel } from '../effective.ts'
import { ResourceId, ResourceTypeOfUser } from '../granted-on.ts'
import { LEVEL, LEVELS } from '../level.ts'
import { Username } from '../username.ts'
import { accountToldTo } from './self.ts'

/** A thing that isn't there is one on which the user may nothing. */
export const getUserPermission = read({
  route: 'GET /api/3.0/mlflow/users/permissions/get',
  summary: 'Tell what a user may do to a thing: you, or any as an admin',
  access: { signed_in: 'others than admins are told of themselves only' },
  input: object({ username: Username, resource_type: ResourceTypeOfUser, resource_id: ResourceId }),
  output: object({ allowed: boolean(), permission: string() }),
  async handler(db, { username, ...named }, { caller, default_permission }) {
    const account = await accountToldTo(db, caller, username)
    const level = account.is_admin !== 0 ? LEVEL.MANAGE : await effectiveLevel(db, account.id, named, LEVEL[default_permission])
    return { allowed: level >= LEVEL.USE, permission: LEVELS[level] ?? '' }
  },
})
