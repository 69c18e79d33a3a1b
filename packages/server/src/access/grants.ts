import { command, query, type Reader, type Writer } from '../db/handles.ts'
import type { Caller, Visible } from '../http/access.ts'

/** Kinds of things that grants are about, as the database keeps them. */
export const KIND = { experiment: 1, registered_model: 2 } as const
export type Kind = keyof typeof KIND

/** MLflow's permissions as the database keeps them: the stronger is the greater. None is a grant too: it denies whatever others allow. */
export const LEVEL = { NO_PERMISSIONS: 0, READ: 1, USE: 2, EDIT: 3, MANAGE: 4 } as const
export type Level = keyof typeof LEVEL
/** The levels, each at the place of its number. */
export const LEVELS = Object.keys(LEVEL) as readonly Level[]

/** In a grant's `target`: all things of the kind, those to come included. */
const ALL_OF_KIND = 0

const ROLES_OF_ACCOUNT = `(
  select id from access_role where personal_of = ?
  union all select role from access_role_account where account = ?
  union all select r.role from account_group_member m join access_role_group r on r.account_group = m.account_group where m.account = ?
)`
const ON_ONE = query<[level: number]>(
  `select level from access_grant where role in ${ROLES_OF_ACCOUNT} and kind = ? and target in (${ALL_OF_KIND}, ?)`,
)
const ON_KIND = query<[target: number, level: number]>(
  `select target, level from access_grant where role in ${ROLES_OF_ACCOUNT} and kind = ? order by target`,
)

/** What the account may do to one thing: the most that is granted or everyone has, and nothing where anything says none. */
export async function levelOn(db: Reader, account: number, kind: Kind, target: number, everyone: number): Promise<number> {
  let level = everyone
  for (const [granted] of await db.tuples(ON_ONE, account, account, account, KIND[kind], target)) {
    if (granted === LEVEL.NO_PERMISSIONS) return granted
    if (granted > level) level = granted
  }
  return level
}

/** Which things of a kind the account may read. */
export async function readable(db: Reader, account: number, kind: Kind, everyone: number): Promise<Visible> {
  let onAll = everyone
  const denied = new Set<number>()
  const granted = new Set<number>()
  for (const [target, level] of await db.tuples(ON_KIND, account, account, account, KIND[kind])) {
    if (target !== ALL_OF_KIND) (level === LEVEL.NO_PERMISSIONS ? denied : granted).add(target)
    else if (level === LEVEL.NO_PERMISSIONS) return { mode: 'only', ids: [] }
    else onAll = Math.max(onAll, level)
  }
  if (onAll >= LEVEL.READ) return denied.size === 0 ? { mode: 'all' } : { mode: 'except', ids: [...denied] }
  return { mode: 'only', ids: [...granted].filter((id) => !denied.has(id)) }
}

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
const ALL_GRANTED = query<{ target: number; level: number }>(
  `select g.target, g.level from access_grant g join access_role r on r.id = g.role
   where r.personal_of = ? and g.kind = ? order by g.target`,
)
const FORGET = command('delete from access_grant where kind = ? and target = ?')

/** The role that holds what was granted to the account itself. */
async function personalRole(tx: Writer, account: number): Promise<number> {
  const found = await tx.get(PERSONAL, account)
  if (found) return found.id
  await tx.run(ADD_PERSONAL, String(account), account)
  return ((await tx.get(PERSONAL, account)) as { id: number }).id
}

/** Grants; false when the account has a grant on the thing already. */
export async function addGrant(tx: Writer, account: number, kind: Kind, target: number, level: Level): Promise<boolean> {
  return (await tx.run(ADD, await personalRole(tx, account), KIND[kind], target, LEVEL[level])) > 0
}

/** Changes a grant; false when there is none. */
export async function changeGrant(tx: Writer, account: number, kind: Kind, target: number, level: Level): Promise<boolean> {
  return (await tx.run(CHANGE, LEVEL[level], await personalRole(tx, account), KIND[kind], target)) > 0
}

/** Takes a grant back; false when there is none. */
export async function removeGrant(tx: Writer, account: number, kind: Kind, target: number): Promise<boolean> {
  return (await tx.run(REMOVE, await personalRole(tx, account), KIND[kind], target)) > 0
}

/** What was granted to the account itself on one thing. */
export async function grantOf(db: Reader, account: number, kind: Kind, target: number): Promise<Level | undefined> {
  const row = await db.get(GRANTED, account, KIND[kind], target)
  return row && LEVELS[row.level]
}

/** Everything of a kind that was granted to the account itself. */
export async function grantsOf(db: Reader, account: number, kind: Kind): Promise<{ target: number; level: Level }[]> {
  const rows = await db.all(ALL_GRANTED, account, KIND[kind])
  return rows.map(({ target, level }) => ({ target, level: LEVELS[level] as Level }))
}

/** Who makes a thing manages it. The local owner needs no grant. */
export async function grantToMaker(tx: Writer, { user_id }: Caller, kind: Kind, target: number): Promise<void> {
  if (user_id !== 0) await addGrant(tx, user_id, kind, target, 'MANAGE')
}

/** Removes what was granted on a thing that is gone for good. */
export async function forgetGrants(tx: Writer, kind: Kind, target: number): Promise<void> {
  await tx.run(FORGET, KIND[kind], target)
}
