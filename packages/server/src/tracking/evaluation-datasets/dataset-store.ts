import { randomUUID } from 'node:crypto'
import { seesAmong } from '../../access/visible.ts'
import { bulk, command, query, type Reader, type Writer } from '../../db/handles.ts'
import { ALL, type Visible } from '../../http/access.ts'
import { missing } from '../../http/errors.ts'
import { artifactLocations, experimentKey } from '../experiments/index.ts'
import { digestOf, type EvaluationDataset } from './evaluation-dataset.ts'
import { pythonJson } from './exact-json.ts'

/** A dataset as it is stored. */
export type DatasetRow = {
  id: number
  dataset_id: string
  name: string
  digest: string
  schema: string | null
  records: number
  created_ms: number
  updated_ms: number
  created_by: string | null
  updated_by: string | null
}
type Tag = { dataset: number; key: string; value: string }

export const DATASET_COLUMNS = 'id, dataset_id, name, digest, schema, records, created_ms, updated_ms, created_by, updated_by'

const BY_ID = query<DatasetRow>(`select ${DATASET_COLUMNS} from evaluation_dataset where dataset_id = ?`)
const INSERT = query<{ id: number }>(
  `insert into evaluation_dataset (workspace, dataset_id, name, digest, records, created_ms, updated_ms, created_by, updated_by)
   values (?, ?, ?, ?, 0, ?, ?, ?, ?) returning id`,
)
const REMEMBER_MAKER = command('insert into evaluation_dataset_maker (dataset, account) values (?, ?)')
const DELETE = command('delete from evaluation_dataset where dataset_id = ?')
const TOUCH = command('update evaluation_dataset set updated_ms = ? where id = ?')
const TAGS = query<Tag>(
  (dialect) => `select dataset, key, value from evaluation_dataset_tag where ${dialect.inIntegers('dataset')} order by dataset, key`,
)
const SET_TAGS = bulk(
  `insert into evaluation_dataset_tag (dataset, key, value) values (?, ?, ?)
   on conflict (dataset, key) do update set value = excluded.value`,
  'itt',
)
const DELETE_TAG = command(
  'delete from evaluation_dataset_tag where key = ? and dataset = (select id from evaluation_dataset where dataset_id = ?)',
)
const EXPERIMENTS = query<{ dataset: number; experiment: number }>(
  (dialect) =>
    `select dataset, experiment from evaluation_dataset_experiment where ${dialect.inIntegers('dataset')} order by dataset, experiment`,
)
const ADD_EXPERIMENTS = bulk(
  'insert into evaluation_dataset_experiment (dataset, experiment) values (?, ?) on conflict (dataset, experiment) do nothing',
  'ii',
)
const REMOVE_EXPERIMENTS = command(
  (dialect) => `delete from evaluation_dataset_experiment where dataset = ? and ${dialect.inIntegers('experiment')}`,
)

/** A dataset's row. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function datasetRow(db: Reader, dataset_id: string): Promise<DatasetRow> {
  const row = await db.get(BY_ID, dataset_id)
  if (!row) throw missing(`Evaluation dataset with id '${dataset_id}' not found; datasets/search lists those that there are.`)
  return row
}

/** A dataset on the wire, with those of its experiments that are shown. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function datasetById(db: Reader, dataset_id: string, visible: Visible = ALL): Promise<EvaluationDataset> {
  return (await datasetsToWire(db, [await datasetRow(db, dataset_id)], visible))[0] as EvaluationDataset
}

/** Rows as the wire shows them, with their tags and those of their experiments that are shown: two queries for all of them. */
export async function datasetsToWire(db: Reader, rows: readonly DatasetRow[], visible: Visible): Promise<EvaluationDataset[]> {
  const ids = db.dialect.list(rows.map((row) => row.id))
  const tags = Map.groupBy(await db.all(TAGS, ids), (tag) => tag.dataset)
  const links = await db.all(EXPERIMENTS, ids)
  const sees = await seesLinked(db, visible, links)
  const experiments = Map.groupBy(links, (link) => link.dataset)
  return rows.map((row) => ({
    dataset_id: row.dataset_id,
    name: row.name,
    tags: pythonJson(Object.fromEntries((tags.get(row.id) ?? []).map(({ key, value }) => [key, value]))),
    schema: row.schema ?? undefined,
    profile: row.records === 0 ? undefined : pythonJson({ num_records: row.records }),
    digest: row.digest,
    created_time: row.created_ms,
    last_update_time: row.updated_ms,
    created_by: row.created_by ?? undefined,
    last_updated_by: row.updated_by ?? undefined,
    experiment_ids: idsOf(experiments.get(row.id) ?? [], sees),
  }))
}

/** Makes a dataset without records; gives its ids. @throws ApiError RESOURCE_DOES_NOT_EXIST when an experiment is not there. */
export async function insertDataset(
  tx: Writer,
  name: string,
  { tags, experiment_ids }: { tags: Record<string, string>; experiment_ids: readonly string[] },
  now_ms: number,
  user: string | undefined,
): Promise<{ id: number; dataset_id: string }> {
  const experiments = await experimentKeys(tx, experiment_ids)
  const dataset_id = `d-${randomUUID().replaceAll('-', '')}`
  const by = user ?? null
  const values = [dataset_id, name, digestOf(name, now_ms), now_ms, now_ms, by, by]
  const { id } = (await tx.get(INSERT, tx.workspace, ...values)) as { id: number }
  await tx.runMany(
    SET_TAGS,
    Object.entries(tags).map(([key, value]) => [id, key, value]),
  )
  await tx.runMany(
    ADD_EXPERIMENTS,
    experiments.map((experiment) => [id, experiment]),
  )
  return { id, dataset_id }
}

/** As long as a dataset hangs on no experiment, it is its maker's. */
export async function rememberMaker(tx: Writer, id: number, account: number): Promise<void> {
  await tx.run(REMEMBER_MAKER, id, account)
}

async function experimentKeys(db: Reader, experiment_ids: readonly string[]): Promise<number[]> {
  if (experiment_ids.length === 0) return []
  const keys = new Map([...new Set(experiment_ids)].map((experiment_id) => [experiment_id, experimentKey(experiment_id)]))
  const known = await artifactLocations(
    db,
    [...keys.values()].filter((key) => key !== undefined),
  )
  for (const [experiment_id, key] of keys) {
    if (key === undefined || !known.has(key)) throw missing(`No Experiment with id=${experiment_id} exists.`)
  }
  return [...known.keys()]
}

/** Removes a dataset with all that belongs to it; one that is not there is no error, as in MLflow. */
export async function deleteDataset(tx: Writer, dataset_id: string): Promise<void> {
  await tx.run(DELETE, dataset_id)
}

/** Sets tags and leaves the others as they are. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function setDatasetTags(tx: Writer, dataset_id: string, tags: Record<string, string>): Promise<void> {
  const { id } = await datasetRow(tx, dataset_id)
  await tx.runMany(
    SET_TAGS,
    Object.entries(tags).map(([key, value]) => [id, key, value]),
  )
}

/** Removes a tag; one that is not there is no error, as in MLflow. */
export async function deleteDatasetTag(tx: Writer, dataset_id: string, key: string): Promise<void> {
  await tx.run(DELETE_TAG, key, dataset_id)
}

/** Those of the experiments on which a dataset hangs that are shown. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function experimentIdsOf(db: Reader, dataset_id: string, visible: Visible): Promise<string[]> {
  const { id } = await datasetRow(db, dataset_id)
  const links = await db.all(EXPERIMENTS, db.dialect.list([id]))
  return idsOf(links, await seesLinked(db, visible, links))
}

const seesLinked = (db: Reader, visible: Visible, links: readonly { experiment: number }[]): Promise<(id: number) => boolean> =>
  seesAmong(
    db,
    visible,
    links.map(({ experiment }) => experiment),
  )

const idsOf = (links: readonly { experiment: number }[], sees: (experiment: number) => boolean): string[] =>
  links.filter(({ experiment }) => sees(experiment)).map(({ experiment }) => String(experiment))

/** Hangs a dataset on more experiments. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function addExperiments(tx: Writer, dataset_id: string, experiment_ids: readonly string[], now_ms: number): Promise<void> {
  const { id } = await datasetRow(tx, dataset_id)
  const experiments = await experimentKeys(tx, experiment_ids)
  await tx.runMany(
    ADD_EXPERIMENTS,
    experiments.map((experiment) => [id, experiment]),
  )
  await tx.run(TOUCH, now_ms, id)
}

/** Takes a dataset off experiments; those on which it does not hang are no error. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeExperiments(tx: Writer, dataset_id: string, experiments: readonly number[], now_ms: number): Promise<void> {
  const { id } = await datasetRow(tx, dataset_id)
  if ((await tx.run(REMOVE_EXPERIMENTS, id, tx.dialect.list(experiments))) > 0) await tx.run(TOUCH, now_ms, id)
}
