import { command, query, type Reader, type Writer } from '../db/handles.ts'
import type { Caller } from '../http/access.ts'
import { KIND, type Kind, LEVEL, LEVELS, type Level } from './level.ts'
import { raiseRights } from './rights.ts'

const PERSONAL = query<{ id: number }>('select id from access_role where personal_of = ?')
const ADD_PERSONAL = command(
  "insert into access_role (workspace, name, personal_of) values ('', cast(? as text), ?) on conflict (personal_of) do nothing",
)
const ADD = command('insert into access_grant (role, kind, target, level) values (?, ?, ?, ?) on conflict do nothing')
const CHANGE = command('update access_grant set level = ? where role = ? and kind = ? and target = ?')
const REMOVE = command('delete from access_grant where role = ? and kind = ? and target = ?')
const GRANTED = query<{ level: number }>(
  'select g.level from access_grant g join access_role r on r.id = g.role where r.personal_of = ? and g.kind = ? and g.target = ?',
)
const FORGET = command('delete from access_grant where kind = ? and target = ?')

/** The role that holds what was granted to the account itself. */
export async function personalRole(tx: Writer, account: number): Promise<number> {
  const found = await tx.get(PERSONAL, account)
  if (found) return found.id
  await tx.run(ADD_PERSONAL, String(account), account)
  return ((await tx.get(PERSONAL, account)) as { id: number }).id
}

/** Grants; false when the account has a grant on the thing already. */
export async function addGrant(tx: Writer, account: number, kind: Kind, target: number, level: Level): Promise<boolean> {
  const added = await tx.run(ADD, await personalRole(tx, account), KIND[kind], target, LEVEL[level])
  if (added > 0) await raiseRights(tx, account)
  return added > 0
}

/** Changes a grant; false when there is none. */
export async function changeGrant(tx: Writer, account: number, kind: Kind, target: number, level: Level): Promise<boolean> {
  const changed = await tx.run(CHANGE, LEVEL[level], await personalRole(tx, account), KIND[kind], target)
  if (changed > 0) await raiseRights(tx, account)
  return changed > 0
}

/** Takes a grant back; false when there is none. */
export async function removeGrant(tx: Writer, account: number, kind: Kind, target: number): Promise<boolean> {
  const removed = await tx.run(REMOVE, await personalRole(tx, account), KIND[kind], target)
  if (removed > 0) await raiseRights(tx, account)
  return removed > 0
}

/** What was granted to the account itself on one thing. */
export async function grantOf(db: Reader, account: number, kind: Kind, target: number): Promise<Level | undefined> {
  const row = await db.get(GRANTED, account, KIND[kind], target)
  return row && LEVELS[row.level]
}

/** Who makes a thing manages it. The local owner needs no grant. */
export async function grantToMaker(tx: Writer, { user_id }: Caller, kind: Kind, target: number): Promise<void> {
  if (user_id !== 0) await addGrant(tx, user_id, kind, target, 'MANAGE')
}

/** Removes what was granted on a thing that is gone for good; nothing gets its id again, so nobody need be told. */
export async function forgetGrants(tx: Writer, kind: Kind, target: number): Promise<void> {
  await tx.run(FORGET, KIND[kind], target)
}
