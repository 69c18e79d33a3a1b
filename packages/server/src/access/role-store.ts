import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { readWithin } from '../db/within.ts'
import { ApiError, invalid, missing } from '../http/errors.ts'
import { ALL_OF_KIND, KIND } from './level.ts'
import { raiseRights, raiseRightsOfAll } from './rights.ts'
import { levelOfRole, type ResourceType, type RoleLevel, roleLevelOf } from './role.ts'
import { scorerAt, scorerPattern } from './scorer-pattern.ts'

type RoleRow = { id: number; name: string; workspace: string; workspace_id: number; description: string | null }
type GrantRow = {
  id: number
  role: number
  kind: number
  target: number
  level: number
  name: string | null
  is_prompt: number | null
  experiment: number | null
}

const ROLE = `select r.id, r.name, w.name as workspace, r.workspace as workspace_id, r.description
  from access_role r join workspace w on w.id = r.workspace`
const BY_ID = query<RoleRow>(`${ROLE} where r.id = ?`)
const ALL = query<RoleRow>(`${ROLE} where r.personal_of is null order by w.name, r.name`)
const OF_WORKSPACES = query<RoleRow>(
  (dialect) => `${ROLE} where r.personal_of is null and ${dialect.inTexts('w.name')} order by w.name, r.name`,
)
const OF_ACCOUNT = query<RoleRow>(
  `${ROLE} where r.personal_of = ? or r.id in (select role from access_assignment where account = ?) or r.id in (
     select s.role from account_group_member m join access_role_group s on s.account_group = m.account_group where m.account = ?
   ) order by w.name, r.name`,
)
const GIVEN = query<{ account: number; role: number }>(
  (dialect) => `select account, role from access_assignment where ${dialect.inIntegers('account')} order by account, role`,
)
const BY_IDS = query<RoleRow>((dialect) => `${ROLE} where ${dialect.inIntegers('r.id')}`)
const GRANT = `select g.id, g.role, g.kind, g.target, g.level, coalesce(m.name, s.name) as name, m.is_prompt, s.experiment
  from access_grant g left join registered_model m on g.kind = ${KIND.registered_model} and m.id = g.target
  left join scorer s on g.kind = ${KIND.scorer} and s.id = g.target`
const GRANTS = query<GrantRow>((dialect) => `${GRANT} where ${dialect.inIntegers('g.role')} order by g.id`)
const GRANT_BY_ID = query<GrantRow>(`${GRANT} where g.id = ?`)
const WORKSPACE = query<{ id: number }>('select id from workspace where name = ?')
const EXPERIMENT = query<{ id: number; workspace: number }>('select id, workspace from experiment where id = ?')
const MODEL = query<{ id: number; workspace: number }>('select id, workspace from registered_model where name = ? and workspace = ?')

const ADD = query<{ id: number }>(
  'insert into access_role (workspace, name, description) values (?, ?, ?) on conflict (workspace, name) do nothing returning id',
)
const CHANGE = command('update access_role set name = ?, description = ? where id = ?')
const TAKEN = query<{ id: number }>('select id from access_role where workspace = ? and name = ?')
const REMOVE = command('delete from access_role where id = ?')
const ADD_GRANT = query<{ id: number }>(
  'insert into access_grant (role, kind, target, level) values (?, ?, ?, ?) on conflict (role, kind, target) do nothing returning id',
)
const CHANGE_GRANT = command('update access_grant set level = ? where id = ?')
const REMOVE_GRANT = command('delete from access_grant where id = ?')
const REMOVE_GRANT_ON = command('delete from access_grant where role = ? and kind = ? and target = ?')
const ASSIGN = query<{ id: number }>(
  'insert into access_assignment (role, account) values (?, ?) on conflict (account, role) do nothing returning id',
)
const UNASSIGN = command('delete from access_assignment where role = ? and account = ?')
const ASSIGNED = query<{ id: number; account: number }>('select id, account from access_assignment where role = ? order by id')

/** A role on the wire. */
export type RoleOnWire = {
  id: number
  name: string
  workspace: string
  description: string | undefined
  permissions: GrantOnWire[]
}
export type GrantOnWire = { id: number; role_id: number; resource_type: ResourceType; resource_pattern: string; permission: RoleLevel }

const KIND_NAMES = new Map<number, ResourceType>([
  [KIND.experiment, 'experiment'],
  [KIND.registered_model, 'registered_model'],
  [KIND.prompt, 'prompt'],
  [KIND.scorer, 'scorer'],
  [KIND.workspace, 'workspace'],
])

function grantToWire({ id, role, kind, target, level, name, is_prompt, experiment }: GrantRow): GrantOnWire {
  return {
    id,
    role_id: role,
    resource_type: is_prompt === 1 ? 'prompt' : (KIND_NAMES.get(kind) as ResourceType),
    resource_pattern:
      target === ALL_OF_KIND ? '*' : experiment !== null && name !== null ? scorerPattern(experiment, name) : (name ?? String(target)),
    permission: roleLevelOf(level),
  }
}

async function toWire(db: Reader, rows: readonly RoleRow[]): Promise<RoleOnWire[]> {
  const grants = Map.groupBy(await db.all(GRANTS, db.dialect.list(rows.map(({ id }) => id))), ({ role }) => role)
  return rows.map(({ id, name, workspace, description }) => ({
    id,
    name,
    workspace,
    description: description ?? undefined,
    permissions: (grants.get(id) ?? []).map(grantToWire),
  }))
}

/** A role that people made. @throws ApiError RESOURCE_DOES_NOT_EXIST */
async function requireRow(db: Reader, id: number): Promise<RoleRow> {
  const row = await db.get(BY_ID, id)
  if (!row) throw missing(`Role with id=${id} not found`)
  return row
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function roleById(db: Reader, id: number): Promise<RoleOnWire> {
  return (await toWire(db, [await requireRow(db, id)]))[0] as RoleOnWire
}

/** The roles that people made: of these workspaces, or all. */
export async function rolesOf(db: Reader, workspaces: readonly string[]): Promise<RoleOnWire[]> {
  return toWire(db, await (workspaces.length > 0 ? db.all(OF_WORKSPACES, db.dialect.list(workspaces)) : db.all(ALL)))
}

/** The roles that an account has: given to it, to its groups, and those that hold its own grants. */
export async function rolesOfAccount(db: Reader, account: number): Promise<RoleOnWire[]> {
  return toWire(db, await db.all(OF_ACCOUNT, account, account, account))
}

/** The roles that were given to each of these accounts itself. */
export async function rolesOfAccounts(db: Reader, accounts: readonly number[]): Promise<ReadonlyMap<number, RoleOnWire[]>> {
  const given = await db.all(GIVEN, db.dialect.list(accounts))
  const rows = await db.all(BY_IDS, db.dialect.list([...new Set(given.map(({ role }) => role))]))
  const roles = new Map((await toWire(db, rows)).map((role) => [role.id, role]))
  const byAccount = Map.groupBy(given, ({ account }) => account)
  return new Map([...byAccount].map(([account, ones]) => [account, ones.flatMap(({ role }) => roles.get(role) ?? [])]))
}

const exists = (name: string, workspace: string): ApiError =>
  new ApiError('RESOURCE_ALREADY_EXISTS', `Role (name=${name}, workspace=${workspace}) already exists: take another name.`)

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS */
export async function addRole(tx: Writer, workspace: string, name: string, description: string | undefined): Promise<RoleOnWire> {
  const place = await tx.get(WORKSPACE, workspace)
  if (!place) throw missing(`Workspace '${workspace}' not found`)
  const made = await tx.get(ADD, place.id, name, description ?? null)
  if (!made) throw exists(name, workspace)
  return roleById(tx, made.id)
}

/** What holds an account's own grants is changed by granting, not as a role. */
async function requireMade(db: Reader, id: number): Promise<RoleRow> {
  const row = await requireRow(db, id)
  if (row.name.startsWith('__user_')) throw invalid(`Role ${id} holds what was granted to one account itself: use users/permissions.`)
  return row
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS */
export async function changeRole(tx: Writer, id: number, name: string | undefined, description: string | undefined): Promise<RoleOnWire> {
  const row = await requireMade(tx, id)
  const holder = name === undefined ? undefined : await tx.get(TAKEN, row.workspace_id, name)
  if (holder && holder.id !== id) throw exists(name as string, row.workspace)
  await tx.run(CHANGE, name ?? row.name, description ?? row.description, id)
  return roleById(tx, id)
}

/** Removes a role with its grants; who had it loses them. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeRole(tx: Writer, id: number): Promise<void> {
  await requireMade(tx, id)
  await tx.run(REMOVE, id)
  await raiseRightsOfAll(tx)
}

/** What a pattern names, in the role's workspace. @throws ApiError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
export async function targetOf(
  db: Reader,
  workspace: number,
  type: ResourceType,
  pattern: string,
): Promise<{ kind: number; target: number }> {
  if (pattern === '*') return { kind: KIND[type], target: ALL_OF_KIND }
  if (type === 'workspace') throw invalid("A grant on a workspace is on all of it: give resource_pattern as '*'.")
  if (type === 'experiment') {
    const row = /^\d{1,15}$/.test(pattern) ? await db.get(EXPERIMENT, Number(pattern)) : undefined
    if (row?.workspace !== workspace) throw missing(`No Experiment with id=${pattern} exists.`)
    return { kind: KIND.experiment, target: row.id }
  }
  if (type === 'scorer') {
    const { scorer } = (await scorerAt(readWithin(db, workspace), pattern)) ?? {}
    if (scorer === undefined) throw missing(`Scorer '${pattern}' not found: name it as EXPERIMENT_ID/NAME.`)
    return { kind: KIND.scorer, target: scorer }
  }
  const row = await db.get(MODEL, pattern, workspace)
  if (!row) throw missing(`Registered Model with name=${pattern} not found`)
  return { kind: KIND.registered_model, target: row.id }
}

/** @throws ApiError INVALID_PARAMETER_VALUE when there is no such permission on things of the type */
export function requireFitting(type: ResourceType, level: RoleLevel): void {
  if (type !== 'workspace' || level === 'USE' || level === 'MANAGE') return
  throw invalid(`Invalid permission '${level}' for resource_type='workspace': it takes USE (a member) or MANAGE (who also manages roles).`)
}

/** A grant that a role holds; undefined where it has one on the same already. */
export async function addRoleGrant(tx: Writer, role: number, to: { kind: number; target: number }, level: RoleLevel) {
  const made = await tx.get(ADD_GRANT, role, to.kind, to.target, levelOfRole(level))
  if (made) await raiseRightsOfAll(tx)
  return made && grantById(tx, made.id)
}

/** Takes a grant from a role; false where it has none. */
export async function removeRoleGrantOn(tx: Writer, role: number, to: { kind: number; target: number }): Promise<boolean> {
  const removed = await tx.run(REMOVE_GRANT_ON, role, to.kind, to.target)
  if (removed > 0) await raiseRightsOfAll(tx)
  return removed > 0
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function grantById(db: Reader, id: number): Promise<GrantOnWire> {
  const row = await db.get(GRANT_BY_ID, id)
  if (!row) throw missing(`Role permission with id=${id} not found`)
  return grantToWire(row)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS */
export async function grantToRole(tx: Writer, role: number, type: ResourceType, pattern: string, level: RoleLevel): Promise<GrantOnWire> {
  requireFitting(type, level)
  const { workspace_id } = await requireMade(tx, role)
  const granted = await addRoleGrant(tx, role, await targetOf(tx, workspace_id, type, pattern), level)
  if (granted) return granted
  const message = `Role permission (role_id=${role}, resource_type=${type}, resource_pattern=${pattern}) already exists: change that one.`
  throw new ApiError('RESOURCE_ALREADY_EXISTS', message)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
export async function changeRoleGrant(tx: Writer, id: number, level: RoleLevel): Promise<GrantOnWire> {
  const { resource_type } = await grantById(tx, id)
  requireFitting(resource_type, level)
  await tx.run(CHANGE_GRANT, levelOfRole(level), id)
  await raiseRightsOfAll(tx)
  return grantById(tx, id)
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeRoleGrant(tx: Writer, id: number): Promise<void> {
  await grantById(tx, id)
  await tx.run(REMOVE_GRANT, id)
  await raiseRightsOfAll(tx)
}

/** Gives a role to an account. @throws ApiError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS */
export async function assignRole(tx: Writer, role: number, account: number) {
  await requireMade(tx, role)
  const made = await tx.get(ASSIGN, role, account)
  if (!made) {
    throw new ApiError('RESOURCE_ALREADY_EXISTS', `The account with user_id=${account} has the role with role_id=${role} already.`)
  }
  await raiseRights(tx, account)
  return { id: made.id, user_id: account, role_id: role }
}

/** Takes a role from an account. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function unassignRole(tx: Writer, role: number, account: number): Promise<void> {
  if ((await tx.run(UNASSIGN, role, account)) === 0) {
    throw missing(`User role assignment (user_id=${account}, role_id=${role}) not found`)
  }
  await raiseRights(tx, account)
}

/** To which accounts a role was given, not counting their groups. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function assignmentsOf(db: Reader, role: number) {
  await requireRow(db, role)
  return (await db.all(ASSIGNED, role)).map(({ id, account }) => ({ id, user_id: account, role_id: role }))
}
