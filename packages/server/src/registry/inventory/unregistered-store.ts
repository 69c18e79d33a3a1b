import { shownSql } from '../../access/visible.ts'
import { adHocQuery, type Reader } from '../../db/handles.ts'
import type { Visible } from '../../http/access.ts'

/** How far a list has come: through logged models, and then through runs. */
export type Place = { readonly of: 'models' | 'runs'; readonly before: number }
export const START: Place = { of: 'models', before: Number.MAX_SAFE_INTEGER }

/** A model that nobody registered. */
export type Unregistered = {
  readonly place: Place
  readonly experiment_id: string
  readonly experiment_name: string
  readonly run_id: string | undefined
  readonly run_name: string | undefined
  readonly owner: string | undefined
  readonly model_id: string | undefined
  readonly name: string | undefined
  readonly created_ms: number
}

type Row = {
  readonly id: number
  readonly experiment: number
  readonly experiment_name: string
  readonly run_id: string | null
  readonly run_name: string | null
  readonly owner: string | null
  readonly model_id: string | null
  readonly name: string | null
  readonly created_ms: number
}

/** MLflow's clients keep in this tag what they logged into a run. */
const HISTORY_TAG = 'mlflow.log-model.history'

// A version of the model, or of the folder of the run by the model's name, as older clients register it. Whether the caller may read that
// version does not matter: that the model is registered somewhere is all that is told, by silence.
const MODELS = (shown: string): string => `
  select l.id, l.experiment, e.name as experiment_name, l.source_run_id as run_id, r.name as run_name, r.user_id as owner, l.model_id,
    l.name, l.created_ms
  from logged_model l join experiment e on e.id = l.experiment
  left join run r on r.run_id = l.source_run_id and r.experiment = l.experiment
  where e.workspace = ? and ${shown} and l.deleted_ms is null and e.deleted_ms is null and l.id < ?
    and not exists (select 1 from model_version v where v.model_id = l.model_id and v.deleted_ms is null)
    and not exists (select 1 from model_version v
      where v.source_ref = l.source_run_id and v.source_path = l.name and v.deleted_ms is null)
  order by l.id desc limit ?`

const RUNS = (shown: string): string => `
  select r.id, r.experiment, e.name as experiment_name, r.run_id, r.name as run_name, r.user_id as owner, null as model_id, null as name,
    r.start_ms as created_ms
  from run r join experiment e on e.id = r.experiment
  join tag t on t.run = r.id and t.key = (select id from entity_key where name = '${HISTORY_TAG}')
  where e.workspace = ? and ${shown} and r.deleted_ms is null and e.deleted_ms is null and r.id < ?
    and not exists (select 1 from model_version v where (v.run_id = r.run_id or v.source_ref = r.run_id) and v.deleted_ms is null)
    and not exists (select 1 from logged_model l where l.experiment = r.experiment and l.source_run_id = r.run_id)
  order by r.id desc limit ?`

/** Logged models that are of no version, of experiments that the caller may read, made before one of them. */
export const modelsBefore = (db: Reader, visible: Visible, before: number, limit: number): Promise<Unregistered[]> =>
  found(db, visible, { of: 'models', before }, limit)

/** Runs into which an older client logged a model as plain files, none of which was registered. */
export const runsBefore = (db: Reader, visible: Visible, before: number, limit: number): Promise<Unregistered[]> =>
  found(db, visible, { of: 'runs', before }, limit)

async function found(db: Reader, visible: Visible, { of, before }: Place, limit: number): Promise<Unregistered[]> {
  const shown = shownSql(visible, 'e.id', db.dialect)
  const sql = of === 'models' ? MODELS(shown.sql) : RUNS(shown.sql)
  const rows = await db.all(adHocQuery<Row>(sql), db.workspace, ...shown.values, before, limit)
  return rows.map(({ id, experiment, experiment_name, run_id, run_name, owner, model_id, name, created_ms }) => ({
    place: { of, before: id },
    experiment_id: String(experiment),
    experiment_name,
    run_id: run_id ?? undefined,
    run_name: run_name ?? undefined,
    owner: owner || undefined,
    model_id: model_id ?? undefined,
    name: name ?? undefined,
    created_ms,
  }))
}
