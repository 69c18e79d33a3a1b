import { query, type Reader } from '../../db/handles.ts'
import { keyNames } from '../entity-keys.ts'
import type { LoggedModel } from './logged-model.ts'
import type { ModelRow } from './model-store.ts'

type Pair = [model: number, key: number, value: string]
type Metric = [
  model: number,
  key: number,
  ts: number,
  step: number,
  value: number,
  nan: number,
  dataset_name: string,
  dataset_digest: string,
  run_id: string,
]

const TAGS = query<Pair>(
  (dialect) => `select model, key, value from logged_model_tag where ${dialect.inIntegers('model')} order by model, key`,
)
const PARAMS = query<Pair>(
  (dialect) => `select model, key, value from logged_model_param where ${dialect.inIntegers('model')} order by model, key`,
)
const METRICS = query<Metric>(
  (dialect) =>
    `select x.model, x.key, x.ts, x.step, x.value, x.nan, x.dataset_name, x.dataset_digest, run.run_id
     from logged_model_metric x join run on run.id = x.run where ${dialect.inIntegers('x.model')} order by x.model, x.key, x.ts, x.step`,
)

/** Models as the wire has them, in the order of the rows: a fixed number of selects, however many models. */
export async function modelsToWire(db: Reader, rows: readonly ModelRow[]): Promise<LoggedModel[]> {
  if (rows.length === 0) return []
  const ids = db.dialect.list(rows.map((row) => row.id))
  const [tags, params, metrics] = [await db.tuples(TAGS, ids), await db.tuples(PARAMS, ids), await db.tuples(METRICS, ids)]
  const nameOf = await keyNames(db, keysOf(tags, params, metrics))
  const models = new Map(rows.map((row) => [row.id, bare(row)]))
  for (const [model, key, value] of tags) models.get(model)?.info.tags.push({ key: nameOf(key), value })
  for (const [model, key, value] of params) models.get(model)?.data.params.push({ key: nameOf(key), value })
  for (const [model, key, timestamp, step, value, nan, dataset_name, dataset_digest, run_id] of metrics) {
    const one = models.get(model) as LoggedModel
    one.data.metrics.push({
      key: nameOf(key),
      value: nan === 1 ? Number.NaN : value,
      timestamp,
      step,
      dataset_name: dataset_name || undefined,
      dataset_digest: dataset_digest || undefined,
      model_id: one.info.model_id,
      run_id,
    })
  }
  return rows.map((row) => models.get(row.id) as LoggedModel)
}

/** One model as the wire has it. */
export async function modelToWire(db: Reader, row: ModelRow): Promise<LoggedModel> {
  return (await modelsToWire(db, [row]))[0] as LoggedModel
}

function* keysOf(...lists: readonly (readonly [model: number, key: number, ...unknown[]])[][]): Generator<number> {
  for (const list of lists) for (const row of list) yield row[1]
}

const bare = (row: ModelRow): LoggedModel => ({
  info: {
    model_id: row.model_id,
    experiment_id: String(row.experiment),
    name: row.name,
    creation_timestamp_ms: row.created_ms,
    last_updated_timestamp_ms: row.updated_ms,
    artifact_uri: row.artifact_location,
    status: row.status,
    model_type: row.model_type ?? undefined,
    source_run_id: row.source_run_id ?? undefined,
    status_message: row.status_message ?? undefined,
    tags: [],
  },
  data: { params: [], metrics: [] },
})
