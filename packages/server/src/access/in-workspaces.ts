import { DEFAULT_WORKSPACE, query, type Reader } from '../db/handles.ts'
import type { Authority, Caller, Verdict, Visible } from '../http/access.ts'
import type { Filtered, Resource } from '../http/endpoint.ts'
import { namedWorkspace } from '../http/workspace-header.ts'
import { noSuchWorkspace, requireWorkspaceName, workspaceNamed } from '../workspaces/index.ts'
import { epochOf } from './epoch.ts'
import { workspacesOf } from './membership.ts'
import { seesAll } from './narrowed.ts'
import { hidden } from './resources.ts'
import { currentRightsOf, type Rights, rightsOf } from './rights.ts'
import type { OfThings } from './workspace-manager.ts'

const REMEMBERED_MAX = 50_000

/** A handle finds those of its own workspace only; and a path was put below the workspace's folder before this is asked. */
type ByName = 'experiment_name' | 'scorer_name' | 'registered_model' | 'promotion_request' | 'version_files' | 'artifact_path'
type Kinds<Union> = Union extends unknown ? keyof Union : never

// A new kind of thing does not compile here, until it is said where it hangs or that it is found by name.
const OF = {
  experiment: query<[workspace: number]>('select workspace from experiment where id = ?'),
  run: query<[workspace: number]>('select e.workspace from run r join experiment e on e.id = r.experiment where r.run_id = ?'),
  logged_model: query<[workspace: number]>(
    'select e.workspace from logged_model m join experiment e on e.id = m.experiment where m.model_id = ?',
  ),
  trace: query<[workspace: number]>('select e.workspace from trace t join experiment e on e.id = t.experiment where t.trace_id = ?'),
  scorer: query<[workspace: number]>('select e.workspace from scorer s join experiment e on e.id = s.experiment where s.scorer_id = ?'),
  issue: query<[workspace: number]>('select e.workspace from issue i join experiment e on e.id = i.experiment where i.issue_id = ?'),
  evaluation_dataset: query<[workspace: number]>('select workspace from evaluation_dataset where dataset_id = ?'),
} as const satisfies Record<Exclude<Kinds<OfThings>, ByName>, unknown>

/**
 * An authority with walls between workspaces: a request is for one of them, and what is in another is not there, for admins too. This one
 * place stands before every rule about who may do what. Names need no look here, since a handle finds those of its own workspace only
 * (`Reader.workspace`); nor do paths of artifacts, which are put below the workspace's own folder (`artifacts/workspace-path.ts`).
 */
export function inWorkspaces(authority: Authority, db: Reader): Authority {
  const doors = new Doors(db)
  return {
    // What a token covers and what everybody has hold within the walls, too.
    ...authority,
    async identify(request) {
      return doors.enter(await authority.identify(request), namedWorkspace(request))
    },
    async permits(caller, permission, resources, reader) {
      const elsewhere = await doors.elsewhere(caller, resources, reader)
      return elsewhere ?? authority.permits(caller, permission, resources, reader)
    },
    async visible(caller, kind, reader): Promise<Visible> {
      const table = tableOf(kind)
      return { ...(await authority.visible(caller, kind, reader)), within: { table, workspace: caller.workspace_id } }
    },
  }
}

const tableOf = (kind: Filtered): 'experiment' | 'registered_model' => (kind === 'registered_models' ? 'registered_model' : 'experiment')

/** By what a thing's workspace is found: a scorer is named by its experiment. */
function placed(resource: Resource): [kind: keyof typeof OF, id: string] {
  if ('scorer_name' in resource) return ['experiment', resource.scorer_name.split('/')[0] ?? '']
  return Object.entries(resource)[0] as [keyof typeof OF, string]
}

class Doors {
  readonly #db: Reader
  readonly #members = new WeakMap<Rights, ReadonlySet<number>>()
  /** Which workspace a thing is in, by kind and id: only the removal of a workspace changes that. */
  readonly #places = new Map<string, number>()
  #epoch = -1

  constructor(db: Reader) {
    this.#db = db
  }

  /** The caller in the workspace that is asked for. @throws ApiError, also where the caller has nothing in it: then it is not there */
  async enter(caller: Caller, name: string): Promise<Caller> {
    const now_ms = Date.now()
    const workspace_id = await workspaceNamed(this.#db, requireWorkspaceName(name), now_ms)
    // Everybody is in the default workspace; what they may see of it is said by grants.
    const isMember = seesAll(caller) || workspace_id === DEFAULT_WORKSPACE || (await this.#isMember(caller, workspace_id))
    return isMember ? { ...caller, workspace: name, workspace_id } : noSuchWorkspace(name)
  }

  /** Who lost what made a member is none at once: the rights that are remembered are others then. */
  async #isMember(caller: Caller, workspace: number): Promise<boolean> {
    const remembered = await rightsOf(this.#db, caller.user_id)
    if ((await this.#workspacesOf(remembered, caller)).has(workspace)) return true
    const rights = await currentRightsOf(this.#db, caller.user_id)
    return rights !== remembered && (await this.#workspacesOf(rights, caller)).has(workspace)
  }

  async #workspacesOf(rights: Rights, caller: Caller): Promise<ReadonlySet<number>> {
    const known = this.#members.get(rights)
    if (known) return known
    const found = await workspacesOf(this.#db, { ...caller, is_admin: false })
    const own = found === 'all' ? new Set<number>() : found
    this.#members.set(rights, own)
    return own
  }

  /** The error for the first of the things that is not in the caller's workspace, whether it is in another or nowhere. */
  async elsewhere(caller: Caller, resources: readonly Resource[], db: Reader): Promise<Verdict | undefined> {
    const epoch = await epochOf(this.#db, Date.now())
    if (epoch !== this.#epoch) this.#places.clear()
    this.#epoch = epoch
    for (const resource of resources) {
      const [kind, id] = placed(resource)
      if (!Object.hasOwn(OF, kind)) continue
      if ((await this.#workspaceOf(kind, id, db)) !== caller.workspace_id) return hidden(resource as OfThings)
    }
    return undefined
  }

  async #workspaceOf(kind: keyof typeof OF, id: string, db: Reader): Promise<number | undefined> {
    const key = `${kind} ${id}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    if (kind === 'experiment' && !/^\d{1,15}$/.test(id)) return undefined
    const [row] = await db.tuples(OF[kind], kind === 'experiment' ? Number(id) : id)
    if (row === undefined) return undefined
    if (this.#places.size >= REMEMBERED_MAX) this.#places.clear()
    this.#places.set(key, row[0])
    return row[0]
  }
}
