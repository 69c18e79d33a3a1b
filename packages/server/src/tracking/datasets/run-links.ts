import { query, type Reader } from '../../db/handles.ts'
import type { Dataset, DatasetInput, RunInputs, RunOutputs } from './dataset.ts'

const DATASET = 0
const MODEL_INPUT = 1
type Link = [run: number, kind: number, id: number, dataset: number, model_id: string, step: number]
type DatasetRow = Omit<Dataset, 'schema' | 'profile'> & { id: number; schema: string | null; profile: string | null }

/** One select tells for a whole page of runs that they have neither inputs nor outputs, as most have. */
const LINKS = query<Link>(
  (dialect) =>
    `select run, 0 as kind, id, dataset, '' as model_id, 0 as step from run_dataset where ${dialect.inIntegers('run')}
     union all select run, 1, id, 0, model_id, 0 from run_model_input where ${dialect.inIntegers('run')}
     union all select run, 2, id, 0, model_id, step from run_model_output where ${dialect.inIntegers('run')}
     order by 1, 2, 3`,
)
const DATASETS = query<DatasetRow>(
  (dialect) => `select id, name, digest, source_type, source, schema, profile from dataset where ${dialect.inIntegers('id')}`,
)
const TAGS = query<{ run_dataset: number; key: string; value: string }>(
  (dialect) => `select run_dataset, key, value from run_dataset_tag where ${dialect.inIntegers('run_dataset')} order by run_dataset, key`,
)

/**
 * Schemas and profiles in one answer, in characters. A profile may have 16 million, and a thousand runs may have read its dataset: beyond
 * this, datasets come without the two. The run by itself has them.
 */
const DETAILS_MAX = 64 * 2 ** 20

/** What a run read and made. */
export type RunLinks = { inputs?: RunInputs; outputs?: RunOutputs }

/** What runs read and made, by the runs' inner ids; runs that did neither are not in the answer. */
export async function linksOf(db: Reader, runs: readonly number[]): Promise<ReadonlyMap<number, RunLinks>> {
  const ids = db.dialect.list(runs)
  const links = await db.tuples(LINKS, ids, ids, ids)
  const found = new Map<number, RunLinks>()
  if (links.length === 0) return found
  const inputOf = await datasetInputs(
    db,
    links.filter((link) => link[1] === DATASET),
  )
  for (const link of links) {
    const [run, kind, , , model_id, step] = link
    const one = found.get(run) ?? {}
    found.set(run, one)
    if (kind === DATASET || kind === MODEL_INPUT) {
      one.inputs ??= { dataset_inputs: [], model_inputs: [] }
      if (kind === DATASET) one.inputs.dataset_inputs.push(inputOf(link))
      else one.inputs.model_inputs.push({ model_id })
    } else {
      one.outputs ??= { model_outputs: [] }
      one.outputs.model_outputs.push({ model_id, step })
    }
  }
  return found
}

async function datasetInputs(db: Reader, links: readonly Link[]): Promise<(link: Link) => DatasetInput> {
  if (links.length === 0) return () => ({}) as DatasetInput
  const datasets = new Map(
    (await db.all(DATASETS, db.dialect.list([...new Set(links.map((link) => link[3]))]))).map((row) => [row.id, row]),
  )
  const tags = Map.groupBy(await db.all(TAGS, db.dialect.list(links.map((link) => link[2]))), (tag) => tag.run_dataset)
  let details = 0
  return ([, , id, dataset]) => {
    const { name, digest, source_type, source, schema, profile } = datasets.get(dataset) as DatasetRow
    details += (schema?.length ?? 0) + (profile?.length ?? 0)
    const detailed = details <= DETAILS_MAX && { schema: schema ?? undefined, profile: profile ?? undefined }
    return {
      tags: (tags.get(id) ?? []).map(({ key, value }) => ({ key, value })),
      dataset: { name, digest, source_type, source, ...detailed },
    }
  }
}
