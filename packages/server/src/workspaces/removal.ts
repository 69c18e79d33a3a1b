import { raiseEpoch } from '../access/epoch.ts'
import { KIND } from '../access/level.ts'
import { raiseRightsOfAll } from '../access/rights.ts'
import { isDuplicate } from '../db/errors.ts'
import { type Command, command, query, type Writer } from '../db/handles.ts'
import { ApiError } from '../http/errors.ts'
import { DEFAULT_NAME } from './workspace.ts'
import type { WorkspaceRow } from './workspace-store.ts'

/** What becomes of what is in a workspace that is deleted: nothing may be in it, it is deleted too, or it moves to the default one. */
export const MODES = ['RESTRICT', 'CASCADE', 'SET_DEFAULT'] as const
export type Mode = (typeof MODES)[number]

/** The tables whose rows are in a workspace by themselves, in the words of messages; all else hangs on one of them. */
const ROOTS = {
  registered_model: 'registered models',
  experiment: 'experiments',
  evaluation_dataset: 'evaluation datasets',
  webhook: 'webhooks',
}
const IN_IT = query<[what: string, n: number]>(
  Object.entries(ROOTS)
    .map(([table, what]) => `select '${what}', count(*) from ${table} where workspace = ?`)
    .join(' union all '),
)
const NAMESAKES = query<[what: string, name: string]>(
  ['experiment', 'registered_model']
    .map(
      (table) => `select '${table}', a.name from ${table} a join ${table} b on b.name = a.name and b.workspace = 1 where a.workspace = ?`,
    )
    .join(' union all '),
)
const NAMESAKES_TOLD_MAX = 20
const MOVE = Object.keys(ROOTS).map((table) => command(`update ${table} set workspace = 1 where workspace = ?`))

const FORGET_GRANTS = command(
  `delete from access_grant where kind = ${KIND.registered_model} and target in (select id from registered_model where workspace = ?)`,
)
const DELETE_MODELS = command('delete from registered_model where workspace = ?')
const DELETE_DATASETS = command('delete from evaluation_dataset where workspace = ?')
const DELETE_WEBHOOKS = command('delete from webhook where workspace = ?')
const TRASH_RUNS = command(
  'update run set deleted_ms = ? where deleted_ms is null and experiment in (select id from experiment where workspace = ?)',
)
const TRASH_EXPERIMENTS = command('update experiment set deleted_ms = ? where deleted_ms is null and workspace = ?')
// They tell of what is no longer there.
const DELETE_REPORTS = ['audit_report', 'inventory_report'].map((table) => command(`delete from ${table} where workspace = ?`))
const DELETE_ROLES = command('delete from access_role where workspace = ?')
const MOVE_OWN_GRANTS: readonly Command[] = [
  command(
    `insert into access_role (workspace, name, personal_of)
     select 1, name, personal_of from access_role where workspace = ? and personal_of is not null
     on conflict do nothing`,
  ),
  command(
    `insert into access_grant (role, kind, target, level)
     select d.id, g.kind, g.target, g.level from access_grant g join access_role r on r.id = g.role
       join access_role d on d.personal_of = r.personal_of and d.workspace = 1
     where r.workspace = ? and g.target > 0
     on conflict do nothing`,
  ),
]
// No caller can say such a name, and the number is not given out again.
const BURY = command("update workspace set name = 'deleted:' || cast(id as text), deleted_ms = ? where id = ?")

/**
 * Deletes a workspace. Roles of it go in any case. Experiments that are deleted with it go to the trash, where `millrace gc` finds them
 * with their artifacts.
 * @throws ApiError RESOURCE_CONFLICT when something is in it that may not be, or has the name of something in the default workspace
 */
export async function removeWorkspace(tx: Writer, { id, name }: WorkspaceRow, mode: Mode, now_ms: number): Promise<void> {
  if (mode === 'RESTRICT') await refuseUnlessEmpty(tx, id, name)
  if (mode === 'SET_DEFAULT') await moveToDefault(tx, id, name)
  if (mode === 'CASCADE') {
    await tx.run(FORGET_GRANTS, id)
    await tx.run(DELETE_MODELS, id)
    await tx.run(DELETE_DATASETS, id)
    await tx.run(DELETE_WEBHOOKS, id)
    await tx.run(TRASH_RUNS, now_ms, id)
    await tx.run(TRASH_EXPERIMENTS, now_ms, id)
  }
  for (const one of DELETE_REPORTS) await tx.run(one, id)
  await tx.run(DELETE_ROLES, id)
  await tx.run(BURY, now_ms, id)
  await raiseRightsOfAll(tx)
  await raiseEpoch(tx)
}

async function refuseUnlessEmpty(tx: Writer, id: number, name: string): Promise<void> {
  const counts = (await tx.tuples(IN_IT, ...Object.keys(ROOTS).map(() => id))).filter(([, n]) => n > 0)
  if (counts.length === 0) return
  const what = counts.map(([kind, n]) => `${n} ${kind}`).join(', ')
  throw new ApiError(
    'RESOURCE_CONFLICT',
    `Cannot delete workspace '${name}': it still contains ${what}. Remove or reassign them before deleting the workspace, or give ` +
      'mode=CASCADE or mode=SET_DEFAULT.',
  )
}

async function moveToDefault(tx: Writer, id: number, name: string): Promise<void> {
  const namesakes = await tx.tuples(NAMESAKES, id, id)
  if (namesakes.length > 0) throw conflict(name, namesakes)
  for (const command of MOVE_OWN_GRANTS) await tx.run(command, id)
  try {
    for (const command of MOVE) await tx.run(command, id)
  } catch (error) {
    throw isDuplicate(error) ? conflict(name, []) : error
  }
}

function conflict(name: string, namesakes: readonly (readonly [what: string, name: string])[]): ApiError {
  const told = namesakes.slice(0, NAMESAKES_TOLD_MAX).map(([what, namesake]) => `${what} '${namesake}'`)
  const more = namesakes.length > told.length ? ` and ${namesakes.length - told.length} more` : ''
  return new ApiError(
    'RESOURCE_CONFLICT',
    `Cannot reassign resources from workspace '${name}' to '${DEFAULT_NAME}': the following names already exist in the default ` +
      `workspace: ${told.join(', ')}${more}. Rename or remove the conflicting resources before retrying.`,
  )
}
