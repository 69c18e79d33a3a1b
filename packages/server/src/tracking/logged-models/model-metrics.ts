import { bulk, query, type Writer } from '../../db/handles.ts'
import { missing } from '../../http/errors.ts'
import { internKeys } from '../entity-keys.ts'

const MODELS = query<{ id: number; model_id: string }>(
  (dialect) => `select id, model_id from logged_model where ${dialect.inTexts('model_id')} order by id ${dialect.lockRow}`,
)
const UPSERT = bulk(
  `insert into logged_model_metric (model, key, ts, step, run, dataset_name, dataset_digest, value, nan)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?)
   on conflict (model, key, ts, step, run, dataset_name, dataset_digest) do update set value = excluded.value, nan = excluded.nan`,
  'iiiiittdi',
)

/** A metric as a run logs it, with the model that it is about, where it is about one. */
export type LoggedMetric = {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
  readonly model_id?: string | undefined
  readonly dataset_name?: string | undefined
  readonly dataset_digest?: string | undefined
}

/** The models that metrics are about, each once: who logs them must be allowed to edit those models too. */
export function modelIdsOf(metrics: readonly LoggedMetric[]): readonly string[] {
  let ids: Set<string> | undefined
  for (const { model_id } of metrics) if (model_id) ids = (ids ?? new Set()).add(model_id)
  return ids ? [...ids] : []
}

/**
 * Records the metrics of a run that are about logged models with those models; without such metrics it does nothing. Logging a metric
 * again for the same run, time, step and dataset replaces its value.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST when a model is not there
 */
export async function recordModelMetrics(tx: Writer, run: { readonly id: number }, metrics: readonly LoggedMetric[]): Promise<void> {
  const wanted = modelIdsOf(metrics)
  if (wanted.length === 0) return
  const models = new Map((await tx.all(MODELS, tx.dialect.list(wanted))).map(({ id, model_id }) => [model_id, id]))
  const about = metrics.filter(({ model_id }) => model_id)
  const keys = await internKeys(
    tx,
    about.map(({ key }) => key),
  )
  const rows = new Map<string, readonly (string | number)[]>()
  for (const { model_id, key, timestamp, step, dataset_name, dataset_digest, value } of about) {
    const model = models.get(model_id as string)
    if (model === undefined)
      throw missing(`Logged model with ID '${model_id}' not found: log the metric without model_id, or create the model.`)
    const place = [model, keys.get(key) as number, timestamp, step, run.id, dataset_name ?? '', dataset_digest ?? '']
    const nan = Number.isNaN(value)
    rows.set(JSON.stringify(place), [...place, nan ? 0 : value, nan ? 1 : 0])
  }
  await tx.runMany(UPSERT, [...rows.values()])
}
