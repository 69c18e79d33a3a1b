import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import { ApiError, missing } from '../../http/errors.ts'
import { raiseRights, raiseRightsOfAll } from '../rights.ts'

type Row = { id: number; name: string }

const BY_NAME = query<Row>('select id, name from account_group where name = ?')
const ALL = query<Row>('select id, name from account_group order by name')
const MEMBERS = query<{ of: number; name: string }>(
  (dialect) =>
    `select m.account_group as of, a.name from account_group_member m join account a on a.id = m.account
     where ${dialect.inIntegers('m.account_group')} order by a.name`,
)
const GROUPS_OF = query<{ account: number; name: string }>(
  (dialect) =>
    `select m.account, g.name from account_group_member m join account_group g on g.id = m.account_group
     where ${dialect.inIntegers('m.account')} order by g.name`,
)
const ROLES = query<{ of: number; role: number }>(
  (dialect) => `select account_group as of, role from access_role_group where ${dialect.inIntegers('account_group')} order by role`,
)
const ADD = command('insert into account_group (name) values (?) on conflict (name) do nothing')
const REMOVE = command('delete from account_group where id = ?')
const JOIN = command('insert into account_group_member (account_group, account) values (?, ?) on conflict do nothing')
const LEAVE = command('delete from account_group_member where account_group = ? and account = ?')
const ROLE = query<{ id: number }>('select id from access_role where id = ? and personal_of is null')
const GIVE = command('insert into access_role_group (role, account_group) values (?, ?) on conflict do nothing')
const TAKE = command('delete from access_role_group where role = ? and account_group = ?')

async function requireGroup(db: Reader, name: string): Promise<Row> {
  const group = await db.get(BY_NAME, name)
  if (!group) throw missing(`There is no group with name=${name}: groups/list lists those that there are.`)
  return group
}

async function toWire(db: Reader, rows: readonly Row[], with_members = true) {
  const ids = db.dialect.list(rows.map(({ id }) => id))
  const members = Map.groupBy(with_members ? await db.all(MEMBERS, ids) : [], ({ of }) => of)
  const roles = Map.groupBy(await db.all(ROLES, ids), ({ of }) => of)
  return rows.map(({ id, name }) => ({
    id,
    name,
    members: (members.get(id) ?? []).map((one) => one.name),
    role_ids: (roles.get(id) ?? []).map(({ role }) => role),
  }))
}

export type GroupOnWire = Awaited<ReturnType<typeof toWire>>[number]

export const allGroups = async (db: Reader, with_members: boolean): Promise<GroupOnWire[]> => toWire(db, await db.all(ALL), with_members)

/** The names of the groups in which each of these accounts is; one that is in none is left out. */
export async function groupsOfAccounts(db: Reader, accounts: readonly number[]): Promise<ReadonlyMap<number, string[]>> {
  const found = Map.groupBy(await db.all(GROUPS_OF, db.dialect.list(accounts)), ({ account }) => account)
  return new Map([...found].map(([account, ones]) => [account, ones.map(({ name }) => name)]))
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export const groupByName = async (db: Reader, name: string): Promise<GroupOnWire> =>
  (await toWire(db, [await requireGroup(db, name)]))[0] as GroupOnWire

/** @throws ApiError RESOURCE_ALREADY_EXISTS */
export async function addGroup(tx: Writer, name: string): Promise<GroupOnWire> {
  if ((await tx.run(ADD, name)) === 0)
    throw new ApiError('RESOURCE_ALREADY_EXISTS', `Group (name=${name}) already exists: take another name.`)
  return groupByName(tx, name)
}

/** Removes a group; its members lose what its roles grant. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeGroup(tx: Writer, name: string): Promise<void> {
  await tx.run(REMOVE, (await requireGroup(tx, name)).id)
  await raiseRightsOfAll(tx)
}

/** Who is a member already stays one. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function addMember(tx: Writer, name: string, account: number): Promise<GroupOnWire> {
  await tx.run(JOIN, (await requireGroup(tx, name)).id, account)
  await raiseRights(tx, account)
  return groupByName(tx, name)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeMember(tx: Writer, name: string, account: number): Promise<GroupOnWire> {
  const { id } = await requireGroup(tx, name)
  if ((await tx.run(LEAVE, id, account)) === 0) throw missing(`The account is no member of the group with name=${name}.`)
  await raiseRights(tx, account)
  return groupByName(tx, name)
}

/** What the role grants, the group's members have. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function giveRole(tx: Writer, name: string, role: number): Promise<GroupOnWire> {
  const { id } = await requireGroup(tx, name)
  if (!(await tx.get(ROLE, role))) throw missing(`Role with id=${role} not found`)
  await tx.run(GIVE, role, id)
  await raiseRightsOfAll(tx)
  return groupByName(tx, name)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function takeRole(tx: Writer, name: string, role: number): Promise<GroupOnWire> {
  const { id } = await requireGroup(tx, name)
  if ((await tx.run(TAKE, role, id)) === 0) throw missing(`The group with name=${name} has no role with id=${role}.`)
  await raiseRightsOfAll(tx)
  return groupByName(tx, name)
}
