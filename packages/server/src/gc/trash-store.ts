import { forgetGrants } from '../access/grants.ts'
import { command, query, type Reader, type Writer } from '../db/handles.ts'

/** Something in the trash: its key inside, its id on the wire, and where its artifacts are (a run's experiment's place). */
export type Item = {
  readonly id: number
  readonly wire_id: string
  readonly location: string
  readonly deleted_ms: number | null
  readonly workspace: number
}

/**
 * A run or a logged model that is being removed carries this before its id: nobody can restore or register it halfway through, and what
 * was interrupted is found again. No id of a client holds a colon.
 */
const PURGING = 'purging:'

const RUN = `select run.id, run.run_id as wire_id, experiment.artifact_location as location, run.deleted_ms, experiment.workspace
  from run join experiment on experiment.id = run.experiment`
const RUNS = query<Item>(`${RUN} where run.deleted_ms is not null and (run.deleted_ms <= ? or run.run_id like 'purging:%') order by run.id`)
const RUNS_OF = query<Item>(`${RUN} where run.experiment = ? order by run.id`)
const RUN_BY_ID = query<Item>(`${RUN} where run.run_id = ?`)
const MODEL = `select m.id, m.model_id as wire_id, m.artifact_location as location, m.deleted_ms, e.workspace
  from logged_model m join experiment e on e.id = m.experiment`
const MODELS = query<Item>(`${MODEL} where m.deleted_ms <= ? or m.model_id like 'purging:%' order by m.id`)
const MODELS_OF = query<Item>(`${MODEL} where m.experiment = ? order by m.id`)
const MODEL_BY_ID = query<Item>(`${MODEL} where m.model_id = ?`)
const EXPERIMENT = (where: string) => (dialect: { types: { text: string } }) =>
  `select id, cast(id as ${dialect.types.text.split(' ')[0]}) as wire_id, artifact_location as location, deleted_ms, workspace
   from experiment where ${where}`
const EXPERIMENTS = query<Item>(EXPERIMENT('deleted_ms is not null and deleted_ms <= ? order by id'))
const EXPERIMENT_BY_ID = query<Item>(EXPERIMENT('id = ?'))

const CLAIM_RUNS = query<{ id: number }>(
  (dialect) => `update run set run_id = case when run_id like 'purging:%' then run_id else '${PURGING}' || run_id end
    where ${dialect.inIntegers('id')} and deleted_ms is not null and deleted_ms <= ? returning id`,
)
const CLAIM_MODELS = query<{ id: number }>(
  (dialect) => `update logged_model set model_id = case when model_id like 'purging:%' then model_id else '${PURGING}' || model_id end
    where ${dialect.inIntegers('id')} and (deleted_ms <= ?
      or exists (select 1 from experiment e where e.id = logged_model.experiment and e.deleted_ms <= ?)) returning id`,
)
const HOLD_RUNS = query((dialect) => `select id from run where ${dialect.inIntegers('id')} order by id ${dialect.lockRowToChange}`)
const HOLD_MODELS = query(
  (dialect) => `select id from logged_model where ${dialect.inIntegers('id')} order by id ${dialect.lockRowToChange}`,
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
const DELETE_MODEL = command(`delete from logged_model where id = ? and model_id like '${PURGING}%'`)
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
export const expiredModels = async (db: Reader, before_ms: number): Promise<Item[]> => withoutMark(await db.all(MODELS, before_ms))
export const modelsOfExperiment = async (db: Reader, id: number): Promise<Item[]> => withoutMark(await db.all(MODELS_OF, id))
export const expiredExperiments = async (db: Reader, before_ms: number): Promise<Item[]> => db.all(EXPERIMENTS, before_ms)

/** One by the id that its users know. */
export async function itemById(db: Reader, kind: 'run' | 'model' | 'experiment', wire_id: string): Promise<Item | undefined> {
  if (kind === 'experiment') return /^\d{1,15}$/.test(wire_id) ? db.get(EXPERIMENT_BY_ID, Number(wire_id)) : undefined
  const by_id = kind === 'run' ? RUN_BY_ID : MODEL_BY_ID
  const found = (await db.get(by_id, wire_id)) ?? (await db.get(by_id, PURGING + wire_id))
  return found && { ...found, wire_id }
}

/**
 * Keeps runs or logged models as they are until the commit: whoever makes a version of one holds it too, so that what is asked after this
 * call about their versions stays true.
 */
export async function hold(tx: Writer, kind: 'run' | 'model', ids: readonly number[]): Promise<void> {
  if (tx.dialect.lockRowToChange !== '') await tx.all(kind === 'run' ? HOLD_RUNS : HOLD_MODELS, tx.dialect.list(ids))
}

/** Takes runs or logged models out of their users' reach for good; gives those that are still in the trash, and were old enough. */
export async function claim(tx: Writer, kind: 'run' | 'model', ids: readonly number[], before_ms: number): Promise<Set<number>> {
  const list = tx.dialect.list(ids)
  // A model of a deleted experiment goes with it.
  const claimed = kind === 'run' ? await tx.all(CLAIM_RUNS, list, before_ms) : await tx.all(CLAIM_MODELS, list, before_ms, before_ms)
  return new Set(claimed.map(({ id }) => id))
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
