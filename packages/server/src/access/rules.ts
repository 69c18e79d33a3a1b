import { DEFAULT_WORKSPACE, query, type Reader } from '../db/handles.ts'
import { ALL, type Authority, type Caller, type Verdict, type Visible } from '../http/access.ts'
import type { Filtered, Permission, Resource } from '../http/endpoint.ts'
import { missing } from '../http/errors.ts'
import { KIND, type Kind, LEVEL, type Level } from './level.ts'
import { outside, seesAll, shownTo } from './narrowed.ts'
import { type Anchor, anchorOf, hidden, isMakerOf } from './resources.ts'
import { currentRightsOf, DENIED, levelOn, levelOnAll, levelOnScorer, type Rights, rightsOf } from './rights.ts'
import { partsOf, scorerNotFound } from './scorer-pattern.ts'
import { isOfRoles, managesRoles, type OfThings } from './workspace-manager.ts'

const NEEDED: Readonly<Record<Permission, number>> = { read: LEVEL.READ, use: LEVEL.USE, edit: LEVEL.EDIT, manage: LEVEL.MANAGE }

/**
 * The rules by which accounts may do things: what was granted to them, to their groups and by their roles; `everyone` is what an account
 * has on a thing for which it was granted nothing. Where there are workspaces, only the members of one have that in it.
 */
export function rulesOf(everyone: Level, walls?: Walls): Pick<Authority, 'permits' | 'visible' | 'default_permission'> {
  const law: Law = { base: LEVEL[everyone], walls }
  return {
    default_permission: everyone,
    permits: (caller, permission, resources, db) => permits(caller, permission, resources, db, law),
    visible: (caller, kind, db) => visible(caller, kind, db, law),
  }
}

/** Whether everybody has what everyone has in the default workspace, too: MLflow's `grant_default_workspace_access`. */
export type Walls = { readonly default_is_open: boolean }
type Law = { readonly base: number; readonly walls: Walls | undefined }

function whoIs(caller: Caller, rights: Rights, { base, walls }: Law): Who {
  if (!walls) return { caller, rights, base, may_make: true }
  const isOpen = walls.default_is_open && caller.workspace_id === DEFAULT_WORKSPACE
  const isMember = rights.wide.some(
    ({ kind, level, workspace }) => kind === KIND.workspace && workspace === caller.workspace_id && level >= LEVEL.USE,
  )
  return { caller, rights, base: isOpen || isMember ? base : LEVEL.NO_PERMISSIONS, may_make: isMember || (isOpen && base >= LEVEL.USE) }
}

/** A no is never said by what is remembered: what was granted by another process a moment ago counts. */
async function permits(caller: Caller, permission: Permission, on: readonly Resource[], db: Reader, law: Law): Promise<Verdict> {
  if (caller.is_admin) return true
  const { only_on, of_admin } = caller.token ?? {}
  if (only_on) {
    const no = await outside(only_on, permission, on, db)
    if (no !== undefined || of_admin) return no ?? true
  }
  const remembered = await rightsOf(db, caller.user_id)
  const verdict = await judge(whoIs(caller, remembered, law), permission, on, db)
  if (verdict === true) return true
  const rights = await currentRightsOf(db, caller.user_id)
  return rights === remembered ? verdict : judge(whoIs(caller, rights, law), permission, on, db)
}

type Who = { readonly caller: Caller; readonly rights: Rights; readonly base: number; readonly may_make: boolean }

async function judge(who: Who, permission: Permission, on: readonly Resource[], db: Reader): Promise<Verdict> {
  let verdict: Verdict = true
  for (const resource of distinct(on)) {
    const one = await mayOn(who, permission, resource, db)
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
const mayOnServer = ({ may_make }: Who, server: OnServer): boolean => may_make && OPEN_TO_ACCOUNTS.has(server)

function mayOn(who: Who, permission: Permission, resource: Resource, db: Reader): Verdict | Promise<Verdict> {
  if ('server' in resource) return mayOnServer(who, resource.server)
  if (isOfRoles(resource)) return managesRoles(db, who.rights, resource)
  return mayOnThing(who, permission, resource, db)
}

async function mayOnThing({ caller, rights, base }: Who, permission: Permission, resource: OfThings, db: Reader): Promise<Verdict> {
  const anchor = await anchorOf(db, resource)
  if ('code' in anchor) return anchor
  if (anchor.ids.length === 0 && 'version_files' in resource) return true
  if (anchor.scorer !== undefined) return mayOnScorer({ caller, rights, base }, permission, anchor, resource)
  const levels = anchor.ids.map((id) => levelOn(rights, anchor.kind, id, anchor.isPrompt === true, caller.workspace_id, base))
  // An evaluation dataset of several experiments is seen with any of them and changed with all; one of none is its maker's, and for
  // others what everyone has.
  if (levels.length === 0) {
    const isOwn = 'evaluation_dataset' in resource && (await isMakerOf(db, resource.evaluation_dataset, caller.user_id))
    levels.push(isOwn ? LEVEL.MANAGE : base)
  }
  const seen = 'evaluation_dataset' in resource ? Math.max(...levels) : Math.min(...levels)
  if (seen < LEVEL.READ) return hidden(resource)
  return permission === 'read' || Math.min(...levels) >= NEEDED[permission]
}

function mayOnScorer({ caller, rights, base }: Omit<Who, 'may_make'>, permission: Permission, anchor: Anchor, resource: OfThings): Verdict {
  const experiment = anchor.ids[0] as number
  const level = levelOnScorer(rights, experiment, anchor.scorer, caller.workspace_id, base)
  if (level >= LEVEL.READ) return permission === 'read' || level >= NEEDED[permission]
  const isSeen = levelOn(rights, 'experiment', experiment, false, caller.workspace_id, base) >= LEVEL.READ
  const parts = 'scorer_name' in resource && isSeen ? partsOf(resource.scorer_name) : undefined
  // Where the experiment may be seen, it is the scorer that is not there.
  return parts ? missing(scorerNotFound(parts.experiment_id, parts.name)) : hidden(resource)
}

async function visible(caller: Caller, kind: Filtered, db: Reader, law: Law): Promise<Visible> {
  const only_on = caller.token?.only_on
  const visible = seesAll(caller) ? ALL : await visibleTo(caller, kind, db, law)
  return only_on ? shownTo(only_on, kind, visible) : visible
}

async function visibleTo(caller: Caller, kind: Filtered, db: Reader, law: Law): Promise<Visible> {
  const rights = await currentRightsOf(db, caller.user_id)
  const who = whoIs(caller, rights, law)
  if (kind === 'registered_models') return visibleModels(who, db)
  const experiments = readable(who, 'experiment')
  return kind === 'scorers' ? { ...experiments, ...scorersApart(who) } : experiments
}

/** What is granted or denied on scorers themselves, if anything. */
function scorersApart({ caller, rights }: Who): Pick<Visible, 'scorers'> {
  const all = levelOnAll(rights, 'scorer', caller.workspace_id, LEVEL.NO_PERMISSIONS)
  if (all === LEVEL.NO_PERMISSIONS && rights.scorer.size === 0) return {}
  const single = [...rights.scorer]
  const isAllDenied = levelOnAll(rights, 'experiment', caller.workspace_id, 0) === DENIED
  return {
    scorers: {
      all: all === DENIED || isAllDenied ? 'hidden' : all >= LEVEL.READ ? 'shown' : 'as their experiment',
      shown: single.flatMap(([id, level]) => (level >= LEVEL.READ ? [id] : [])),
      hidden: single.flatMap(([id, level]) => (level >= LEVEL.READ ? [] : [id])),
      denied_experiments: [...rights.experiment].flatMap(([id, level]) => (level >= LEVEL.READ ? [] : [id])),
    },
  }
}

/** Which things of a kind may be read, by the grants on single ones and by the level that they all have. */
function readable({ caller, rights, base }: Who, kind: Kind): Visible {
  const all = levelOnAll(rights, kind, caller.workspace_id, base)
  if (all === DENIED) return { mode: 'only', ids: [] }
  const ids: number[] = []
  const isShown = all >= LEVEL.READ
  for (const [id, level] of rights[kind]) if (level >= LEVEL.READ !== isShown) ids.push(id)
  if (isShown) return ids.length === 0 ? ALL : { mode: 'except', ids }
  return { mode: 'only', ids }
}

const PROMPTS = query<[id: number]>('select id from registered_model where is_prompt = 1 and workspace = ?')

/** Prompts are registered models, which may be granted apart from the others: then they are named one by one. */
async function visibleModels(who: Who, db: Reader): Promise<Visible> {
  const { caller, rights, base } = who
  const models = levelOnAll(rights, 'registered_model', caller.workspace_id, base)
  const prompts = levelOnAll(rights, 'prompt', caller.workspace_id, base)
  if (models === prompts || (models >= LEVEL.READ && prompts >= LEVEL.READ)) return readable(who, 'registered_model')
  const isPrompt = new Set((await db.tuples(PROMPTS, db.workspace)).map(([id]) => id))
  const isShown = (id: number): boolean =>
    levelOn(rights, 'registered_model', id, isPrompt.has(id), caller.workspace_id, base) >= LEVEL.READ
  const named = [...rights.registered_model.keys(), ...isPrompt]
  if (models >= LEVEL.READ) return { mode: 'except', ids: [...new Set(named.filter((id) => !isShown(id)))] }
  return { mode: 'only', ids: [...new Set(named.filter(isShown))] }
}
