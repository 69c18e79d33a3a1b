import { forgetGrants } from '../access/grants.ts'
import { command, query, type Reader, type Writer } from '../db/handles.ts'

/** Something in the trash: its key inside, its id on the wire, and where its artifacts are (a run's experiment's place). */
export type Item = { readonly id: number; readonly wire_id: string; readonly location: string; readonly deleted_ms: number | null }

/**
 * A run that is being removed carries this before its id: nobody can restore it halfway through, and what was interrupted is found
 * again. No id of a client holds a colon.
 */
const PURGING = 'purging:'

const RUN = `select run.id, run.run_id as wire_id, experiment.artifact_location as location, run.deleted_ms
  from run join experiment on experiment.id = run.experiment`
const RUNS = query<Item>(`${RUN} where run.deleted_ms is not null and (run.deleted_ms <= ? or run.run_id like 'purging:%') order by run.id`)
const RUNS_OF = query<Item>(`${RUN} where run.experiment = ? order by run.id`)
const RUN_BY_ID = query<Item>(`${RUN} where run.run_id = ?`)
const MODEL = 'select id, model_id as wire_id, artifact_location as location, deleted_ms from logged_model'
const MODELS = query<Item>(`${MODEL} where deleted_ms is not null and deleted_ms <= ? order by id`)
const MODELS_OF = query<Item>(`${MODEL} where experiment = ? order by id`)
const MODEL_BY_ID = query<Item>(`${MODEL} where model_id = ?`)
const EXPERIMENT = (where: string) => (dialect: { types: { text: string } }) =>
  `select id, cast(id as ${dialect.types.text.split(' ')[0]}) as wire_id, artifact_location as location, deleted_ms
   from experiment where ${where}`
const EXPERIMENTS = query<Item>(EXPERIMENT('deleted_ms is not null and deleted_ms <= ? order by id'))
const EXPERIMENT_BY_ID = query<Item>(EXPERIMENT('id = ?'))

const CLAIM_RUNS = query<{ id: number }>(
  (dialect) => `update run set run_id = case when run_id like 'purging:%' then run_id else '${PURGING}' || run_id end
    where ${dialect.inIntegers('id')} and deleted_ms is not null and deleted_ms <= ? returning id`,
)
const METRICS = command(
  `delete from metric where (run, key, ts, step, value, nan) in
   (select run, key, ts, step, value, nan from metric where run = ? limit ?)`,
)
const MODEL_METRIC_KEY = 'model, key, ts, step, run, dataset_name, dataset_digest'
const MODEL_METRICS = command(
  `delete from logged_model_metric where (${MODEL_METRIC_KEY}) in
   (select ${MODEL_METRIC_KEY} from logged_model_metric where model = ? limit ?)`,
)
const DELETE_RUN = command(`delete from run where id = ? and run_id like '${PURGING}%'`)
const DELETE_MODEL = command('delete from logged_model where id = ? and deleted_ms is not null')
const DELETE_EXPERIMENT = command('delete from experiment where id = ? and deleted_ms is not null and deleted_ms <= ?')

const REFERENCED_RUNS = query<{ wire_id: string }>(
  (dialect) => `select source_ref as wire_id from model_version where ${dialect.inTexts('source_ref')} and deleted_ms is null
    union select run_id from model_version where ${dialect.inTexts('run_id')} and deleted_ms is null`,
)
const REFERENCED_MODELS = query<{ wire_id: string }>(
  (dialect) => `select source_ref as wire_id from model_version where ${dialect.inTexts('source_ref')} and deleted_ms is null
    union select model_id from model_version where ${dialect.inTexts('model_id')} and deleted_ms is null`,
)

/** Those of the ids that a registered version was made of: they stay, with their files. */
export async function referenced(db: Reader, kind: 'run' | 'model', wire_ids: readonly string[]): Promise<Set<string>> {
  const ids = db.dialect.list(wire_ids)
  return new Set((await db.all(kind === 'run' ? REFERENCED_RUNS : REFERENCED_MODELS, ids, ids)).map(({ wire_id }) => wire_id))
}

const withoutMark = (items: readonly Item[]): Item[] =>
  items.map((item) => (item.wire_id.startsWith(PURGING) ? { ...item, wire_id: item.wire_id.slice(PURGING.length) } : item))

export const expiredRuns = async (db: Reader, before_ms: number): Promise<Item[]> => withoutMark(await db.all(RUNS, before_ms))
export const runsOfExperiment = async (db: Reader, id: number): Promise<Item[]> => withoutMark(await db.all(RUNS_OF, id))
export const expiredModels = async (db: Reader, before_ms: number): Promise<Item[]> => db.all(MODELS, before_ms)
export const modelsOfExperiment = async (db: Reader, id: number): Promise<Item[]> => db.all(MODELS_OF, id)
export const expiredExperiments = async (db: Reader, before_ms: number): Promise<Item[]> => db.all(EXPERIMENTS, before_ms)

/** One by the id that its users know. */
export async function itemById(db: Reader, kind: 'run' | 'model' | 'experiment', wire_id: string): Promise<Item | undefined> {
  if (kind === 'model') return db.get(MODEL_BY_ID, wire_id)
  if (kind === 'experiment') return /^\d{1,15}$/.test(wire_id) ? db.get(EXPERIMENT_BY_ID, Number(wire_id)) : undefined
  const found = (await db.get(RUN_BY_ID, wire_id)) ?? (await db.get(RUN_BY_ID, PURGING + wire_id))
  return found && { ...found, wire_id }
}

/** Takes runs out of their users' reach for good; gives those that are still in the trash, and were old enough. */
export async function claimRuns(tx: Writer, ids: readonly number[], before_ms: number): Promise<Set<number>> {
  return new Set((await tx.all(CLAIM_RUNS, tx.dialect.list(ids), before_ms)).map(({ id }) => id))
}

/** Deletes some rows of a run's metrics; gives how many. */
export const deleteSomeMetrics = (tx: Writer, run: number, max: number): Promise<number> | number => tx.run(METRICS, run, max)
/** Deletes some rows of a logged model's metrics; gives how many. */
export const deleteSomeModelMetrics = (tx: Writer, model: number, max: number): Promise<number> | number =>
  tx.run(MODEL_METRICS, model, max)
/** Deletes a run that was claimed, with its params, tags and what else is its own. */
export const deleteRunRow = (tx: Writer, id: number): Promise<number> | number => tx.run(DELETE_RUN, id)
export const deleteModelRow = (tx: Writer, id: number): Promise<number> | number => tx.run(DELETE_MODEL, id)
/** Deletes an experiment that is still in the trash; its name is free again. Gives 0 when somebody restored it meanwhile. */
export async function deleteExperimentRow(tx: Writer, id: number, before_ms: number): Promise<number> {
  const deleted = await tx.run(DELETE_EXPERIMENT, id, before_ms)
  if (deleted > 0) await forgetGrants(tx, 'experiment', id)
  return deleted
}
