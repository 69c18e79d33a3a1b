import { command, query, type Reader, type Writer } from '../db/handles.ts'
import { ALL_OF_KIND, KIND, type Kind, LEVEL } from './level.ts'

/** What the roles of an account grant it. Remembered between requests, so never changed. */
export type Rights = {
  /** Levels on single things, by their internal id: experiments, registered models with prompts, and scorers. */
  readonly experiment: ReadonlyMap<number, number>
  readonly registered_model: ReadonlyMap<number, number>
  readonly scorer: ReadonlyMap<number, number>
  /** Grants on all things of a kind in a workspace. */
  readonly wide: readonly Wide[]
}
export type Wide = { readonly kind: number; readonly level: number; readonly workspace: number }

const OF_ACCOUNT = query<[kind: number, target: number, level: number, workspace: number]>(
  `select g.kind, g.target, g.level, r.workspace from access_grant g join access_role r on r.id = g.role where g.role in (
     select id from access_role where personal_of = ?
     union all select role from access_assignment where account = ?
     union all select s.role from account_group_member m join access_role_group s on s.account_group = m.account_group where m.account = ?
   )`,
)
const VERSION = query<{ version: number }>('select cast(sum(version) as bigint) version from access_version where account in (0, ?)')
const RAISE = command(
  'insert into access_version (account, version) values (?, 1) on conflict (account) do update set version = access_version.version + 1',
)

/** How long another process may have taken a right away unseen. */
const BELIEVED_MS = 500
const REMEMBERED_GRANTS_MAX = 1_000_000
const ACCOUNT_WEIGHS = 10

type Known = { readonly rights: Rights; readonly version: number; readonly weight: number; read_ms: number }
/** What one database's accounts may do, as this process knows it. `changes` tells a reading that something was changed meanwhile. */
type Memory = { readonly accounts: Map<number, Known>; weight: number; changes: number }
const memories = new WeakMap<object, Memory>()

function memoryOf({ identity }: Reader): Memory {
  const known = memories.get(identity)
  if (known) return known
  const memory: Memory = { accounts: new Map(), weight: 0, changes: 0 }
  memories.set(identity, memory)
  return memory
}

/** What the account may do; a change by another process shows after half a second, one by this process at once. */
export function rightsOf(db: Reader, account: number): Rights | Promise<Rights> {
  const known = memoryOf(db).accounts.get(account)
  const age_ms = known ? Date.now() - known.read_ms : -1
  return known && age_ms >= 0 && age_ms < BELIEVED_MS ? known.rights : currentRightsOf(db, account)
}

/** What the account may do now, whoever changed it. The same object as before where nothing was changed. */
export async function currentRightsOf(db: Reader, account: number): Promise<Rights> {
  const memory = memoryOf(db)
  const { changes } = memory
  const read_ms = Date.now()
  const version = (await db.get(VERSION, account))?.version ?? 0
  const known = memory.accounts.get(account)
  if (known?.version === version) {
    if (memory.changes === changes) known.read_ms = read_ms
    return known.rights
  }
  const rights = await load(db, account)
  const weight = ACCOUNT_WEIGHS + rights.experiment.size + rights.registered_model.size + rights.scorer.size + rights.wide.length
  const keep = (): void => {
    if (memory.changes === changes) remember(memory, account, { rights, version, weight, read_ms })
  }
  // What a transaction sees may be its own, and be rolled back.
  if ('afterCommit' in db) (db as Writer).afterCommit(keep)
  else keep()
  return rights
}

async function load(db: Reader, account: number): Promise<Rights> {
  const experiment = new Map<number, number>()
  const registered_model = new Map<number, number>()
  const scorer = new Map<number, number>()
  const wide: Wide[] = []
  for (const [kind, target, level, workspace] of await db.tuples(OF_ACCOUNT, account, account, account)) {
    if (target === ALL_OF_KIND) {
      wide.push({ kind, level, workspace })
      continue
    }
    const levels = kind === KIND.experiment ? experiment : kind === KIND.scorer ? scorer : registered_model
    levels.set(target, stronger(levels.get(target), level))
  }
  return { experiment, registered_model, scorer, wide }
}

/** Of two grants the greater; but whichever denies, denies. */
const stronger = (one: number | undefined, other: number): number =>
  one === undefined ? other : one === LEVEL.NO_PERMISSIONS || other === LEVEL.NO_PERMISSIONS ? LEVEL.NO_PERMISSIONS : Math.max(one, other)

function remember(memory: Memory, account: number, known: Known): void {
  memory.weight += known.weight - (memory.accounts.get(account)?.weight ?? 0)
  memory.accounts.delete(account)
  memory.accounts.set(account, known)
  for (const [oldest, { weight }] of memory.accounts) {
    if (memory.weight <= REMEMBERED_GRANTS_MAX || oldest === account) break
    memory.accounts.delete(oldest)
    memory.weight -= weight
  }
}

/** What the account may do changes in this transaction: it counts from the commit on, in this process at once. */
export async function raiseRights(tx: Writer, account: number): Promise<void> {
  await tx.run(RAISE, account)
  tx.afterCommit(() => {
    const memory = memoryOf(tx)
    memory.changes++
    const known = memory.accounts.get(account)
    if (known) known.read_ms = Number.NEGATIVE_INFINITY
  })
}

/** The same, of what roles and groups grant to whoever has them. */
export async function raiseRightsOfAll(tx: Writer): Promise<void> {
  await tx.run(RAISE, 0)
  tx.afterCommit(() => {
    const memory = memoryOf(tx)
    memory.changes++
    for (const known of memory.accounts.values()) known.read_ms = Number.NEGATIVE_INFINITY
  })
}

/** What the account may do to one thing: the most that is granted or everyone has, and nothing where anything says none. */
export function levelOn(rights: Rights, kind: Kind, target: number, isPrompt: boolean, workspace: number, everyone: number): number {
  const one = rights[kind].get(target)
  const all = levelOnAll(rights, isPrompt ? 'prompt' : kind, workspace, everyone)
  return one === LEVEL.NO_PERMISSIONS || all === DENIED ? LEVEL.NO_PERMISSIONS : Math.max(all, one ?? 0)
}

/**
 * What the account may do to a scorer: the most that it has on the experiment or on the scorer, and nothing where anything denies either.
 * @param scorer undefined for one that is not there yet: then the experiment counts
 */
export function levelOnScorer(rights: Rights, experiment: number, scorer: number | undefined, workspace: number, everyone: number): number {
  const of_experiment = levelOn(rights, 'experiment', experiment, false, workspace, everyone)
  if (scorer === undefined || isDenied(rights, experiment, workspace)) return of_experiment
  const one = rights.scorer.get(scorer)
  const all = levelOnAll(rights, 'scorer', workspace, LEVEL.NO_PERMISSIONS)
  return one === LEVEL.NO_PERMISSIONS || all === DENIED ? LEVEL.NO_PERMISSIONS : Math.max(of_experiment, all, one ?? 0)
}

/** Whether something denies the account the experiment, rather than nothing granting it. */
export const isDenied = (rights: Rights, experiment: number, workspace: number): boolean =>
  rights.experiment.get(experiment) === LEVEL.NO_PERMISSIONS || levelOnAll(rights, 'experiment', workspace, 0) === DENIED

/** Less than no permission: no grant on a single thing helps. */
export const DENIED = -1

/** What the account may do to all things of a kind in a workspace; who manages a workspace manages what is in it. */
export function levelOnAll(rights: Rights, kind: Kind | 'prompt' | 'scorer', workspace: number, everyone: number): number {
  let level = everyone
  for (const one of rights.wide) {
    if (one.workspace !== workspace) continue
    if (one.kind === KIND[kind]) {
      if (one.level === LEVEL.NO_PERMISSIONS) return DENIED
      level = Math.max(level, one.level)
    } else if (one.kind === KIND.workspace && one.level === LEVEL.MANAGE) level = LEVEL.MANAGE
  }
  return level
}
