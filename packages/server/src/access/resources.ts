import { locationsAbove, WORKSPACES_FOLDER } from '../artifacts/index.ts'
import { query, type Reader, type Writer } from '../db/handles.ts'
import { ApiError, missing } from '../http/errors.ts'
import { experimentOfFiles } from '../registry/model-versions/index.ts'
import type { Kind } from './level.ts'
import { scorerAt } from './scorer-pattern.ts'
import type { OfThings } from './workspace-manager.ts'

/** What a named thing hangs on: grants are about experiments and registered models, and all else follows one of them. */
export type Anchor = { readonly kind: Kind; readonly ids: readonly number[]; readonly isPrompt?: boolean; readonly scorer?: number }

const EXPERIMENT = query<[id: number]>('select id from experiment where id = ?')
const EXPERIMENT_WITHIN = query<[id: number]>('select id from experiment where id = ? and workspace = ?')
const EXPERIMENT_BY_NAME = query<[id: number]>('select id from experiment where workspace = ? and name = ?')
const OF_RUN = query<[id: number]>('select experiment from run where run_id = ?')
const OF_LOGGED_MODEL = query<[id: number]>('select experiment from logged_model where model_id = ?')
const OF_TRACE = query<[id: number]>('select experiment from trace where trace_id = ?')
const OF_SCORER = query<[id: number]>('select experiment from scorer where scorer_id = ?')
const OF_ISSUE = query<[id: number]>('select experiment from issue where issue_id = ?')
const OF_DATASET = query<[id: number | null]>(
  `select e.experiment from evaluation_dataset d left join evaluation_dataset_experiment e on e.dataset = d.id where d.dataset_id = ?`,
)
const REGISTERED_MODEL = query<[id: number, is_prompt: number]>(
  'select id, is_prompt from registered_model where workspace = ? and name = ?',
)
const IS_MAKER = query<[one: number]>(
  `select 1 from evaluation_dataset d join evaluation_dataset_maker m on m.dataset = d.id where d.dataset_id = ? and m.account = ?`,
)
const OF_PROMOTION_REQUEST = query<[id: number]>(
  'select r.model from gate_request r join registered_model m on m.id = r.model where m.workspace = ? and r.request_id = ?',
)
const BY_LOCATION = query<[id: number]>((dialect) => `select id from experiment where ${dialect.inTexts('artifact_location')}`)

/**
 * What the thing hangs on, or the error that tells that it isn't there. The texts are those of the rooms' own errors, so that an admin's
 * request for a thing that is gone reads the same as others'.
 */
export async function anchorOf(db: Reader, resource: OfThings): Promise<Anchor | ApiError> {
  if ('registered_model' in resource) {
    const rows = await db.tuples(REGISTERED_MODEL, db.workspace, resource.registered_model)
    const [row] = rows
    return row ? { kind: 'registered_model', ids: [row[0]], isPrompt: row[1] !== 0 } : unknown(resource)
  }
  if ('version_files' in resource) {
    const experiment = await experimentOfFiles(db, resource.version_files)
    return { kind: 'experiment', ids: experiment === undefined ? [] : [experiment] }
  }
  if ('promotion_request' in resource) {
    const rows = await db.tuples(OF_PROMOTION_REQUEST, db.workspace, resource.promotion_request)
    return rows.length === 0 ? unknown(resource) : { kind: 'registered_model', ids: rows.map(([id]) => id) }
  }
  if ('scorer_name' in resource) {
    const at = await scorerAt(db, resource.scorer_name)
    if (!at) return unknown(resource)
    return { kind: 'experiment', ids: [at.experiment], ...(at.scorer !== undefined && { scorer: at.scorer }) }
  }
  const rows = await experimentsOf(db, resource)
  return rows.length === 0 ? unknown(resource) : { kind: 'experiment', ids: rows.flatMap(([id]) => id ?? []) }
}

type Apart = { registered_model: string } | { scorer_name: string } | { version_files: string } | { promotion_request: string }
type OfExperiment = Exclude<OfThings, Apart>

async function experimentsOf(db: Reader, resource: OfExperiment): Promise<readonly (readonly [id: number | null])[]> {
  if ('experiment' in resource) {
    return /^\d{1,15}$/.test(resource.experiment) ? db.tuples(EXPERIMENT, Number(resource.experiment)) : []
  }
  if ('experiment_name' in resource) return db.tuples(EXPERIMENT_BY_NAME, db.workspace, resource.experiment_name)
  if ('run' in resource) return experimentOfRun(db, resource.run)
  if ('logged_model' in resource) return db.tuples(OF_LOGGED_MODEL, resource.logged_model)
  if ('trace' in resource) return db.tuples(OF_TRACE, resource.trace)
  if ('scorer' in resource) return db.tuples(OF_SCORER, resource.scorer)
  if ('issue' in resource) return db.tuples(OF_ISSUE, resource.issue)
  if ('evaluation_dataset' in resource) return db.tuples(OF_DATASET, resource.evaluation_dataset)
  return ownersOf(db, resource.artifact_path)
}

const RUNS_REMEMBERED_MAX = 20_000
type RunRow = readonly [experiment: number]
const runs = new WeakMap<object, Map<string, RunRow>>()

/** A run never changes its experiment, and its id is never given out again: what was found once is remembered. */
async function experimentOfRun(db: Reader, run_id: string): Promise<readonly RunRow[]> {
  const known = runs.get(db.identity) ?? new Map<string, RunRow>()
  const before = known.get(run_id)
  if (before) return [before]
  const rows = await db.tuples(OF_RUN, run_id)
  const [row] = rows
  const keep = (): void => {
    if (known.size >= RUNS_REMEMBERED_MAX) known.delete(known.keys().next().value as string)
    runs.set(db.identity, known.set(run_id, row as RunRow))
  }
  // What a transaction sees may be its own, and be rolled back.
  if (row && 'afterCommit' in db) (db as Writer).afterCommit(keep)
  else if (row) keep()
  return rows
}

/** The experiments at or above whose location a path of the artifact root lies: all of them, where several were put in one place. */
async function ownersOf(db: Reader, path: string): Promise<readonly [id: number][]> {
  const names = path.split('/')
  const found = await db.tuples(BY_LOCATION, locationsAbove(db, names))
  // Where the default root is another, a folder is named after its experiment nevertheless.
  const first = (names[0] === WORKSPACES_FOLDER ? names[2] : names[0]) ?? ''
  const named = /^\d{1,15}$/.test(first) ? await db.tuples(EXPERIMENT_WITHIN, Number(first), db.workspace) : []
  return [...found, ...named]
}

/** Whether the account made the evaluation dataset. */
export async function isMakerOf(db: Reader, dataset_id: string, account: number): Promise<boolean> {
  return (await db.tuples(IS_MAKER, dataset_id, account)).length > 0
}

function unknown(resource: OfThings): ApiError {
  if ('experiment' in resource) return missing(`No Experiment with id=${resource.experiment} exists.`)
  if ('experiment_name' in resource) return missing(`Could not find experiment with name '${resource.experiment_name}'.`)
  if ('run' in resource) return missing(`Run with id=${resource.run} not found: it was never here, or it was deleted for good.`)
  if ('logged_model' in resource) {
    return missing(`Logged model with ID '${resource.logged_model}' not found: it was never here, or it was deleted.`)
  }
  if ('trace' in resource) return missing(`Trace with ID '${resource.trace}' not found: it was never here, or it was deleted.`)
  if ('scorer_name' in resource) {
    return missing(`No Experiment with id=${resource.scorer_name.split('/')[0]} exists.`)
  }
  if ('scorer' in resource) return missing(`Scorer with ID '${resource.scorer}' not found.`)
  if ('issue' in resource) return missing(`Issue with ID '${resource.issue}' not found.`)
  if ('registered_model' in resource) return missing(`Registered Model with name=${resource.registered_model} not found`)
  if ('version_files' in resource) {
    // That there is such a version is no secret to who may read its model.
    return new ApiError(
      'PERMISSION_DENIED',
      `Permission denied: the files of ${resource.version_files} belong to a run or a logged model that you may not read. ` +
        'Ask for READ on its experiment.',
    )
  }
  if ('promotion_request' in resource) return missing(`There is no promotion request '${resource.promotion_request}'.`)
  if ('artifact_path' in resource) return missing(`No experiment that you may read keeps artifacts at '${resource.artifact_path}'.`)
  return missing(`Evaluation dataset with id '${resource.evaluation_dataset}' not found; datasets/search lists those that there are.`)
}

/** The error for a thing that is there, as though it weren't. */
export const hidden = unknown
