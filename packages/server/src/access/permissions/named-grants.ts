import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import { addGrant, changeGrant, grantOf, removeGrant } from '../grants.ts'
import { KIND, type Kind, LEVEL, LEVELS, type Level } from '../level.ts'
import { anchorOf } from '../resources.ts'

// MLflow lets its admins grant on names that nothing has, and its clients' tests do. Such a grant is kept, told and taken back like others,
// and never applies to what gets the name later: a grant is bound to a thing, and here there is none.
const ADD = command('insert into access_grant_unbound (account, kind, name, level) values (?, ?, ?, ?) on conflict do nothing')
const CHANGE = command('update access_grant_unbound set level = ? where account = ? and kind = ? and name = ?')
const REMOVE = command('delete from access_grant_unbound where account = ? and kind = ? and name = ?')
const GRANTED = query<{ level: number }>('select level from access_grant_unbound where account = ? and kind = ? and name = ?')

/** The internal id of the thing that has this id or name now. */
async function targetOf(db: Reader, kind: Kind, name: string): Promise<number | undefined> {
  const anchor = await anchorOf(db, kind === 'experiment' ? { experiment: name } : { registered_model: name })
  return 'code' in anchor ? undefined : anchor.ids[0]
}

/** Grants on the thing of this name; false when the account has a grant on it already. */
export async function addNamedGrant(tx: Writer, account: number, kind: Kind, name: string, level: Level): Promise<boolean> {
  const target = await targetOf(tx, kind, name)
  if (target !== undefined) return addGrant(tx, account, kind, target, level)
  return (await tx.run(ADD, account, KIND[kind], name, LEVEL[level])) > 0
}

/** Changes a grant; false when there is none. */
export async function changeNamedGrant(tx: Writer, account: number, kind: Kind, name: string, level: Level): Promise<boolean> {
  const target = await targetOf(tx, kind, name)
  if (target !== undefined) return changeGrant(tx, account, kind, target, level)
  return (await tx.run(CHANGE, LEVEL[level], account, KIND[kind], name)) > 0
}

/** Takes a grant back; false when there is none. */
export async function removeNamedGrant(tx: Writer, account: number, kind: Kind, name: string): Promise<boolean> {
  const target = await targetOf(tx, kind, name)
  if (target !== undefined) return removeGrant(tx, account, kind, target)
  return (await tx.run(REMOVE, account, KIND[kind], name)) > 0
}

/** What was granted to the account itself on the thing of this name. */
export async function namedGrantOf(db: Reader, account: number, kind: Kind, name: string): Promise<Level | undefined> {
  const target = await targetOf(db, kind, name)
  if (target !== undefined) return grantOf(db, account, kind, target)
  const row = await db.get(GRANTED, account, KIND[kind], name)
  return row && LEVELS[row.level]
}
