import type { Reader } from '../db/handles.ts'
import { ALL, type Authority, type Caller, type Verdict, type Visible } from '../http/access.ts'
import type { Filtered, Permission, Resource } from '../http/endpoint.ts'
import { LEVEL, type Level, levelOn, readable } from './grants.ts'
import { anchorOf, hidden } from './resources.ts'

const NEEDED: Readonly<Record<Permission, number>> = { read: LEVEL.READ, use: LEVEL.USE, edit: LEVEL.EDIT, manage: LEVEL.MANAGE }

/**
 * The rules by which accounts may do things: what was granted to them, to their groups and by their roles; `everyone` is what an account
 * has on a thing for which it was granted nothing. Nothing is remembered between requests, so that a grant that is taken back is gone.
 */
export function rulesOf(everyone: Level): Pick<Authority, 'permits' | 'visible'> {
  const base = LEVEL[everyone]
  return {
    permits: (caller, permission, resources, db) => permits(caller, permission, resources, db, base),
    visible: (caller, kind, db) => visible(caller, kind, db, base),
  }
}

async function permits(caller: Caller, permission: Permission, on: readonly Resource[], db: Reader, base: number): Promise<Verdict> {
  if (caller.is_admin) return true
  let verdict: Verdict = true
  for (const resource of distinct(on)) {
    const one = 'server' in resource ? mayOnServer(resource.server) : await mayOn(caller, permission, resource, db, base)
    // What may not be seen is told before what may not be done: else the one would betray the other.
    if (typeof one !== 'boolean') return one
    if (!one) verdict = false
  }
  return verdict
}

function distinct(resources: readonly Resource[]): Iterable<Resource> {
  if (resources.length < 2) return resources
  return new Map(resources.map((resource) => [JSON.stringify(resource), resource])).values()
}

type OnServer = (Resource & { server: string })['server']

/** Everyone who is signed in may make things of their own; all else of the server is the admins', also what is added later. */
const OPEN_TO_ACCOUNTS: ReadonlySet<OnServer> = new Set<OnServer>(['experiments', 'evaluation_datasets', 'registered_models'])
const mayOnServer = (server: OnServer): boolean => OPEN_TO_ACCOUNTS.has(server)

async function mayOn(
  { user_id }: Caller,
  permission: Permission,
  resource: Exclude<Resource, { server: string }>,
  db: Reader,
  base: number,
): Promise<Verdict> {
  const anchor = await anchorOf(db, resource)
  if ('code' in anchor) return anchor
  if (anchor.ids.length === 0 && 'version_files' in resource) return true
  const levels: number[] = []
  for (const id of anchor.ids) levels.push(await levelOn(db, user_id, anchor.kind, id, base))
  // An evaluation dataset of several experiments is seen with any of them and changed with all; on one of none, each has what everyone has.
  if (levels.length === 0) levels.push(base)
  const seen = 'evaluation_dataset' in resource ? Math.max(...levels) : Math.min(...levels)
  if (seen < LEVEL.READ) return hidden(resource)
  return permission === 'read' || Math.min(...levels) >= NEEDED[permission]
}

async function visible(caller: Caller, kind: Filtered, db: Reader, base: number): Promise<Visible> {
  if (caller.is_admin) return ALL
  return readable(db, caller.user_id, kind === 'registered_models' ? 'registered_model' : 'experiment', base)
}
