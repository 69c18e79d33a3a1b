import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { accountsAfter, countAccounts } from '../account-store.ts'
import { groupsOfAccounts } from '../groups/index.ts'
import { Role } from '../role.ts'
import { rolesOfAccounts } from '../role-store.ts'
import { ADMINS_ONLY, userToWire } from './user.ts'

const ALL = 0

/** MLflow's clients ask for all at once. */
export const listUsers = read({
  route: 'GET /api/2.0/mlflow/users/list',
  summary: 'List the accounts with the roles that were given to them',
  access: ADMINS_ONLY,
  heavy: import.meta.url,
  input: object({
    max_results: withDefault(int64({ min: ALL, max: 50_000, description: '0 stands for all' }), ALL),
    page_token: withDefault(string(), ''),
    search: optional(string({ max: 256, description: 'A part of the name, in upper or lower case' })),
    is_service: optional(boolean({ description: "Only programs' accounts, or only people's" })),
    group: optional(string({ max: 256, description: 'Only members of this group' })),
    role_id: optional(int64({ min: 1, description: 'Only those to whom this role was given by name' })),
  }),
  output: object({
    users: array(
      object({
        id: int64(),
        username: string(),
        is_admin: boolean(),
        is_service: optional(boolean({ description: "A program's account: it has tokens, and no password" })),
        disabled: optional(boolean({ description: 'It was shut out' })),
        groups: optional(array(string())),
        roles: array(Role),
      }),
    ),
    total: optional(int64({ description: 'How many are found in all; told where they come in pages' })),
    next_page_token: optional(string()),
  }),
  async handler(db, { max_results, page_token, ...wanted }) {
    const purpose = JSON.stringify(['users/list 2', wanted])
    const { after } = page_token === '' ? { after: '' } : await openPage<{ after: string }>(db, purpose, page_token)
    const found = await accountsAfter(db, wanted, after, max_results === ALL ? Number.MAX_SAFE_INTEGER : max_results + 1)
    const page = max_results === ALL ? found : found.slice(0, max_results)
    const ids = page.map(({ id }) => id)
    const [roles, groups] = [await rolesOfAccounts(db, ids), await groupsOfAccounts(db, ids)]
    const users = page.map((account) => ({
      ...userToWire(account),
      // What MLflow's clients don't know is told only where it is so.
      ...(account.is_service !== 0 && { is_service: true }),
      ...(account.disabled !== 0 && { disabled: true }),
      ...(groups.has(account.id) && { groups: groups.get(account.id) }),
      roles: roles.get(account.id) ?? [],
    }))
    if (max_results === ALL) return { users }
    const total = await countAccounts(db, wanted)
    if (page.length === found.length) return { users, total }
    return { users, total, next_page_token: await sealPage(db, purpose, { after: page.at(-1)?.name ?? '' }) }
  },
})
