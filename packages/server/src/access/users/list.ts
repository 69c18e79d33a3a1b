import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, boolean, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { accountsAfter } from '../account-store.ts'
import { Role } from '../role.ts'
import { rolesOfAccounts } from '../role-store.ts'
import { ADMINS_ONLY, userToWire } from './user.ts'

const ALL = 0
const PURPOSE = 'users/list 1'

/** MLflow's clients ask for all at once. */
export const listUsers = read({
  route: 'GET /api/2.0/mlflow/users/list',
  summary: 'List the accounts with the roles that were given to them',
  access: ADMINS_ONLY,
  input: object({
    max_results: withDefault(int64({ min: ALL, max: 50_000, description: '0 stands for all' }), ALL),
    page_token: withDefault(string(), ''),
  }),
  output: object({
    users: array(
      object({
        id: int64(),
        username: string(),
        is_admin: boolean(),
        is_service: optional(boolean({ description: "A program's account: it has tokens, and no password" })),
        disabled: optional(boolean({ description: 'It was shut out' })),
        roles: array(Role),
      }),
    ),
    next_page_token: optional(string()),
  }),
  async handler(db, { max_results, page_token }) {
    const { after } = page_token === '' ? { after: '' } : await openPage<{ after: string }>(db, PURPOSE, page_token)
    const found = await accountsAfter(db, after, max_results === ALL ? Number.MAX_SAFE_INTEGER : max_results + 1)
    const page = max_results === ALL ? found : found.slice(0, max_results)
    const roles = await rolesOfAccounts(
      db,
      page.map(({ id }) => id),
    )
    const users = page.map((account) => ({
      ...userToWire(account),
      // What MLflow's clients don't know is told only where it is so.
      ...(account.is_service !== 0 && { is_service: true }),
      ...(account.disabled !== 0 && { disabled: true }),
      roles: roles.get(account.id) ?? [],
    }))
    if (page.length === found.length) return { users }
    return { users, next_page_token: await sealPage(db, PURPOSE, { after: page.at(-1)?.name ?? '' }) }
  },
})
