import { command, query, type Reader, type Writer } from '../db/handles.ts'
import type { Caller } from '../http/access.ts'
import { ALL_OF_KIND, KIND, type Kind, LEVEL, LEVELS, type Level } from './level.ts'
import { raiseRights } from './rights.ts'

// What is granted to an account itself stands in a role of its own, one in each workspace, with the name that MLflow's page knows it by.
const PERSONAL = query<{ id: number }>('select id from access_role where personal_of = ? and workspace = ?')
const ADD_PERSONAL = command(
  'insert into access_role (workspace, name, personal_of) values (?, cast(? as text), ?) on conflict (personal_of, workspace) do nothing',
)
const ADD = command('insert into access_grant (role, kind, target, level) values (?, ?, ?, ?) on conflict do nothing')
const OF_ACCOUNT = 'role in (select id from access_role where personal_of = ?)'
const CHANGE = command(`update access_grant set level = ? where ${OF_ACCOUNT} and kind = ? and target = ?`)
const REMOVE = command(`delete from access_grant where ${OF_ACCOUNT} and kind = ? and target = ?`)
const GRANTED = query<{ level: number }>(`select level from access_grant where ${OF_ACCOUNT} and kind = ? and target = ?`)
const FORGET = command('delete from access_grant where kind = ? and target = ?')
const WORKSPACE_OF = {
  experiment: query<{ workspace: number }>('select workspace from experiment where id = ?'),
  registered_model: query<{ workspace: number }>('select workspace from registered_model where id = ?'),
  scorer: query<{ workspace: number }>('select e.workspace from scorer s join experiment e on e.id = s.experiment where s.id = ?'),
}

/** The role that holds what was granted to the account itself in a workspace. */
export async function personalRole(tx: Writer, account: number, workspace: number): Promise<number> {
  const found = await tx.get(PERSONAL, account, workspace)
  if (found) return found.id
  await tx.run(ADD_PERSONAL, workspace, `__user_${account}__`, account)
  return ((await tx.get(PERSONAL, account, workspace)) as { id: number }).id
}

/** The workspace of what a grant is on. */
export async function workspaceOfGrant(db: Reader, { kind, target }: { kind: number; target: number }): Promise<number> {
  if (target === ALL_OF_KIND) return db.workspace
  const of = kind === KIND.experiment ? 'experiment' : kind === KIND.scorer ? 'scorer' : 'registered_model'
  const found = await db.get(WORKSPACE_OF[of], target)
  return found?.workspace ?? db.workspace
}

/** Grants on a thing that is there; false when the account has a grant on it already. */
export async function addGrant(tx: Writer, account: number, kind: Kind | 'scorer', target: number, level: Level): Promise<boolean> {
  const role = await personalRole(tx, account, await workspaceOfGrant(tx, { kind: KIND[kind], target }))
  const added = await tx.run(ADD, role, KIND[kind], target, LEVEL[level])
  if (added > 0) await raiseRights(tx, account)
  return added > 0
}

/** Changes a grant; false when there is none. */
export async function changeGrant(tx: Writer, account: number, kind: Kind, target: number, level: Level): Promise<boolean> {
  const changed = await tx.run(CHANGE, LEVEL[level], account, KIND[kind], target)
  if (changed > 0) await raiseRights(tx, account)
  return changed > 0
}

/** Takes a grant back; false when there is none. */
export async function removeGrant(tx: Writer, account: number, kind: Kind, target: number): Promise<boolean> {
  const removed = await tx.run(REMOVE, account, KIND[kind], target)
  if (removed > 0) await raiseRights(tx, account)
  return removed > 0
}

/** What was granted to the account itself on one thing. */
export async function grantOf(db: Reader, account: number, kind: Kind, target: number): Promise<Level | undefined> {
  const row = await db.get(GRANTED, account, KIND[kind], target)
  return row && LEVELS[row.level]
}

/** Who makes a thing manages it. The local owner needs no grant. */
export async function grantToMaker(tx: Writer, { user_id }: Caller, kind: Kind | 'scorer', target: number): Promise<void> {
  if (user_id !== 0) await addGrant(tx, user_id, kind, target, 'MANAGE')
}

/** Removes what was granted on a thing that is gone for good; nothing gets its id again, so nobody need be told. */
export async function forgetGrants(tx: Writer, kind: Kind | 'scorer', target: number): Promise<void> {
  await tx.run(FORGET, KIND[kind], target)
}
