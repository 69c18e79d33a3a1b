import { artifactStores, frozenBy, locationOfExperiment, measureTree, removeTree } from '../artifacts/index.ts'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Reader } from '../db/handles.ts'
import { ApiError } from '../http/errors.ts'
import { removeLeftArchives } from '../traces/index.ts'
import { artifactUri } from '../tracking/runs/index.ts'
import { type Selection, select, type Wanted } from './selection.ts'
import {
  claim,
  deleteExperimentRow,
  deleteModelRow,
  deleteRunRow,
  deleteSomeMetrics,
  deleteSomeModelMetrics,
  hold,
  type Item,
  modelsOfExperiment,
  referenced,
  runsOfExperiment,
} from './trash-store.ts'

/** What was removed, or would be. */
export type Emptied = {
  runs: number
  logged_models: number
  experiments: number
  files: number
  bytes: number
  /** Artifacts at places that this server may not open, and what could not be removed now. */
  readonly left: string[]
  /** Whether something should have been removed and was not: then the next time tries again. */
  failed: boolean
}

export type Emptying = Wanted & {
  readonly dry_run: boolean
  /** Called now and then, with what was removed so far. */
  readonly onProgress?: (so_far: Emptied, of: Selection) => void
}

/**
 * What is in the trash for so long, without removing any of it: how much of it could go, and what would stay and why. It looks at every
 * artifact.
 */
export const measureTrash = (db: Reader, settings: Settings, wanted: Wanted): Promise<Emptied> =>
  emptyTrash(readOnly(db), settings, { ...wanted, dry_run: true })

/** A database of which nothing can be changed. */
function readOnly(reader: Reader): Database {
  const refuse = (): never => {
    throw new Error('What is only measured is not removed.')
  }
  return { dialect: reader.dialect, reader, write: refuse, reshape: refuse, threads: undefined, close: async () => {} }
}

/** Rows that one transaction removes: a server that runs meanwhile waits some milliseconds for it. */
const ROWS_MAX = 2_000
const CLAIM_MAX = 50

/**
 * Removes what is in the trash for good: artifacts first, then the rows, in small transactions, so that a server can go on. What is
 * interrupted is finished by the next call.
 */
export async function emptyTrash(db: Database, settings: Settings, { dry_run, onProgress, ...wanted }: Emptying): Promise<Emptied> {
  const selection = await select(db.reader, wanted)
  const emptied: Emptied = { runs: 0, logged_models: 0, experiments: 0, files: 0, bytes: 0, left: [], failed: false }
  const progress = (): void => onProgress?.(emptied, selection)
  for (let at = 0; at < selection.models.length; at += CLAIM_MAX) {
    await removeModels(db, settings, selection.models.slice(at, at + CLAIM_MAX), wanted.before_ms, dry_run, emptied)
    progress()
  }
  for (let at = 0; at < selection.runs.length; at += CLAIM_MAX) {
    await removeRuns(db, settings, selection.runs.slice(at, at + CLAIM_MAX), wanted.before_ms, dry_run, emptied)
    progress()
  }
  for (const experiment of selection.experiments) {
    await removeExperiment(db, settings, experiment, wanted.before_ms, dry_run, emptied)
    progress()
  }
  // Archives that nothing names any more are of no workspace.
  if (wanted.workspace !== undefined) return emptied
  const { files, left } = await removeLeftArchives(db, settings, dry_run)
  emptied.files += files
  emptied.left.push(...left)
  if (left.length > 0) emptied.failed = true
  return emptied
}

/** Those of which no version was made. In one transaction: what is claimed can't be registered any more. */
async function claimUnused(
  db: Database,
  kind: 'run' | 'model',
  items: readonly Item[],
  before_ms: number,
  dry_run: boolean,
  emptied: Emptied,
): Promise<Set<number>> {
  const unused = async (db: Reader): Promise<number[]> => {
    const used = await referenced(
      db,
      kind,
      items.map(({ wire_id }) => wire_id),
    )
    const what = kind === 'run' ? 'the run' : 'the logged model'
    for (const { wire_id } of items) if (used.has(wire_id)) emptied.left.push(registered(`${what} ${wire_id}`))
    return items.filter(({ wire_id }) => !used.has(wire_id)).map(({ id }) => id)
  }
  if (dry_run) return new Set(await unused(db.reader))
  return db.write(async (tx) => {
    await hold(
      tx,
      kind,
      items.map(({ id }) => id),
    )
    return claim(tx, kind, await unused(tx), before_ms)
  })
}

async function removeModels(
  db: Database,
  settings: Settings,
  models: readonly Item[],
  before_ms: number,
  dry_run: boolean,
  emptied: Emptied,
): Promise<void> {
  const claimed = await claimUnused(db, 'model', models, before_ms, dry_run, emptied)
  for (const model of models) {
    if (!claimed.has(model.id) || !(await removeArtifacts(db, settings, model.location, dry_run, emptied))) continue
    if (!dry_run) {
      await inChunks(db, (max) => db.write((tx) => deleteSomeModelMetrics(tx, model.id, max)))
      await db.write((tx) => deleteModelRow(tx, model.id))
    }
    emptied.logged_models++
  }
}

async function removeRuns(
  db: Database,
  settings: Settings,
  runs: readonly Item[],
  before_ms: number,
  dry_run: boolean,
  emptied: Emptied,
): Promise<void> {
  const claimed = await claimUnused(db, 'run', runs, before_ms, dry_run, emptied)
  for (const run of runs) {
    if (!claimed.has(run.id)) continue
    const folder = artifactUri(run.location, run.wire_id).replace(/\/artifacts$/, '')
    if (!(await removeArtifacts(db, settings, folder, dry_run, emptied))) continue
    if (!dry_run) {
      await inChunks(db, (max) => db.write((tx) => deleteSomeMetrics(tx, run.id, max)))
      await db.write((tx) => deleteRunRow(tx, run.id))
    }
    emptied.runs++
  }
}

async function removeExperiment(
  db: Database,
  settings: Settings,
  { id, wire_id, location }: Item,
  before_ms: number,
  dry_run: boolean,
  emptied: Emptied,
): Promise<void> {
  // Runs that stay (their artifacts could not be removed now) keep their experiment.
  if (emptied.failed) return
  const [runs, models] = [await runsOfExperiment(db.reader, id), await modelsOfExperiment(db.reader, id)]
  const ids = (items: readonly Item[]): string[] => items.map((item) => item.wire_id)
  const used = [...(await referenced(db.reader, 'run', ids(runs))), ...(await referenced(db.reader, 'model', ids(models)))]
  if (used.length > 0) {
    emptied.left.push(registered(`the experiment ${wire_id}`))
    return
  }
  if (dry_run) emptied.experiments++
  else if ((await db.write((tx) => deleteExperimentRow(tx, id, before_ms))) > 0) {
    emptied.experiments++
    // A place that its maker chose may hold what others put there; one of our own holds nothing else.
    if (location === locationOfExperiment(settings, wire_id)) await removeArtifacts(db, settings, location, dry_run, emptied)
  }
}

/** Whether the rows may go too: not when the artifacts should have gone and did not. */
async function removeArtifacts(db: Database, settings: Settings, location: string, dry_run: boolean, emptied: Emptied): Promise<boolean> {
  try {
    const { store, folder } = artifactStores(settings).at(location)
    const by = await frozenBy(db.reader, store, folder)
    if (by) {
      emptied.left.push(`${location}: version ${by.version} of the registered model '${by.name}' is made of files there; delete it first`)
      return false
    }
    const { files, bytes } = await measureTree(settings, location)
    if (!dry_run) await removeTree(settings, location).catch(unlessMissing)
    emptied.files += files
    emptied.bytes += bytes
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) {
      emptied.left.push(`${location}: not at a place of this server; remove it where it is`)
      return true
    }
    emptied.left.push(`${location}: ${(error as Error).message}`)
    emptied.failed = true
    return false
  }
}

const registered = (what: string): string => `${what}: a registered model version was made of it; delete that first`

function unlessMissing(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error
}

async function inChunks(db: Database, remove: (max: number) => Promise<number>): Promise<void> {
  while ((await remove(ROWS_MAX)) === ROWS_MAX) {
    // A pause, so that the writers of another process get their turn.
    if (db.threads) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
