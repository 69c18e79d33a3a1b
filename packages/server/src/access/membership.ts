import { query, type Reader } from '../db/handles.ts'
import type { Caller } from '../http/access.ts'

// A role that somebody was given makes a member, whatever it allows; what was granted to the account itself does if it allows anything.
const WORKSPACES = query<[workspace: number]>(
  `select r.workspace from access_role r where r.id in (
     select role from access_assignment where account = ?
     union all select s.role from account_group_member m join access_role_group s on s.account_group = m.account_group where m.account = ?
   )
   union select r.workspace from access_role r
   where r.personal_of = ? and exists (select 1 from access_grant g where g.role = r.id and g.level > 0)`,
)

/** The numbers of the workspaces in which an account has something; all of them for an admin. */
export async function workspacesOf(db: Reader, { is_admin, user_id }: Caller): Promise<ReadonlySet<number> | 'all'> {
  if (is_admin) return 'all'
  return new Set((await db.tuples(WORKSPACES, user_id, user_id, user_id)).map(([workspace]) => workspace))
}
