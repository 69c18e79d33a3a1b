import { query, type Reader } from '../db/handles.ts'

const ACTIVE = query<{ id: number }>((dialect) => `select id from account where disabled = 0 and ${dialect.inIntegers('id')}`)
const ACTIVE_MEMBERS = query<{ id: number }>(
  (dialect) => `select a.id from account a join account_group_member m on m.account = a.id join account_group g on g.id = m.account_group
    where a.disabled = 0 and g.name = ? and ${dialect.inIntegers('a.id')}`,
)

/** Those of some accounts that can sign in now and, where a group is named, are in it now: what they said counts only as long. */
export async function reviewersAmong(db: Reader, accounts: readonly number[], group: string | undefined): Promise<ReadonlySet<number>> {
  if (accounts.length === 0) return new Set()
  const list = db.dialect.list(accounts)
  const rows = group === undefined ? await db.all(ACTIVE, list) : await db.all(ACTIVE_MEMBERS, group, list)
  return new Set(rows.map(({ id }) => id))
}
