import { bulk, query, type Writer } from '../../db/handles.ts'
import type { DatasetInput, ModelOutput } from './dataset.ts'

const ADD_DATASETS = bulk(
  `insert into dataset (experiment, name, digest, source_type, source, schema, profile) values (?, ?, ?, ?, ?, ?, ?)
   on conflict (experiment, name, digest) do nothing`,
  'itttttt',
)
const FIND_DATASETS = query<{ id: number; name: string; digest: string }>(
  (dialect) => `select id, name, digest from dataset where experiment = ? and ${dialect.inTexts('name')} and ${dialect.inTexts('digest')}`,
)
const LINKS = query<{ id: number; dataset: number }>(
  (dialect) => `select id, dataset from run_dataset where run = ? and ${dialect.inIntegers('dataset')}`,
)
const ADD_LINKS = bulk('insert into run_dataset (run, dataset) values (?, ?) on conflict (run, dataset) do nothing', 'ii')
const ADD_TAGS = bulk(
  'insert into run_dataset_tag (run_dataset, key, value) values (?, ?, ?) on conflict (run_dataset, key) do nothing',
  'itt',
)
const ADD_MODEL_INPUTS = bulk('insert into run_model_input (run, model_id) values (?, ?) on conflict (run, model_id) do nothing', 'it')
const ADD_MODEL_OUTPUTS = bulk(
  'insert into run_model_output (run, model_id, step) values (?, ?, ?) on conflict (run, model_id, step) do nothing',
  'iti',
)

/** The parts of a run's row that its inputs hang on. */
type RunRef = { readonly id: number; readonly experiment: number }

const keyOf = ({ name, digest }: { name: string; digest: string }): string => JSON.stringify([name, digest])

/**
 * Records the datasets that a run read. Of several with one name and digest the first counts, and one that the run has already read
 * keeps its tags, as in MLflow.
 */
export async function addDatasetInputs(tx: Writer, run: RunRef, inputs: readonly DatasetInput[]): Promise<void> {
  if (inputs.length === 0) return
  const byKey = new Map<string, DatasetInput>()
  for (const input of inputs) {
    const key = keyOf(input.dataset)
    if (!byKey.has(key)) byKey.set(key, input)
  }
  const datasets = await datasetIds(tx, run.experiment, byKey)
  const ids = tx.dialect.list([...datasets.keys()])
  const before = new Set((await tx.all(LINKS, run.id, ids)).map((link) => link.dataset))
  const added = [...datasets.keys()].filter((dataset) => !before.has(dataset))
  if (added.length === 0) return
  await tx.runMany(
    ADD_LINKS,
    added.map((dataset) => [run.id, dataset]),
  )
  const tags = (await tx.all(LINKS, run.id, tx.dialect.list(added))).flatMap(({ id, dataset }) => {
    const values = new Map((datasets.get(dataset) as DatasetInput).tags.map(({ key, value }) => [key, value]))
    return [...values].map(([key, value]) => [id, key, value] as const)
  })
  if (tags.length > 0) await tx.runMany(ADD_TAGS, tags)
}

/** The ids of datasets, each made where the experiment doesn't have it yet. */
async function datasetIds(tx: Writer, experiment: number, byKey: ReadonlyMap<string, DatasetInput>): Promise<Map<number, DatasetInput>> {
  // In one order everywhere, so that two writers of the same datasets wait for each other instead of deadlocking.
  const rows = [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { dataset: d }]) => [experiment, d.name, d.digest, d.source_type, d.source, d.schema ?? null, d.profile ?? null] as const)
  await tx.runMany(ADD_DATASETS, rows)
  const names = tx.dialect.list([...new Set(rows.map((row) => row[1]))])
  const digests = tx.dialect.list([...new Set(rows.map((row) => row[2]))])
  const found = new Map((await tx.all(FIND_DATASETS, experiment, names, digests)).map((row) => [keyOf(row), row.id]))
  return new Map([...byKey].map(([key, input]) => [found.get(key) as number, input]))
}

/** Records the models that a run read. */
export async function addModelInputs(tx: Writer, run: RunRef, models: readonly { model_id: string }[]): Promise<void> {
  await tx.runMany(
    ADD_MODEL_INPUTS,
    models.map(({ model_id }) => [run.id, model_id]),
  )
}

/** Records the models that a run made. */
export async function addModelOutputs(tx: Writer, run: RunRef, models: readonly ModelOutput[]): Promise<void> {
  await tx.runMany(
    ADD_MODEL_OUTPUTS,
    models.map(({ model_id, step }) => [run.id, model_id, step]),
  )
}
