import { query } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { invalid } from '../../http/errors.ts'
import { array, object, optional, string, withDefault } from '../../http/schema.ts'
import { shownExperiments } from '../experiments/index.ts'
import { CONTEXT_TAG } from './dataset.ts'

const EXPERIMENTS_MAX = 20
const SUMMARIES_MAX = 1000

type Row = { experiment: number; name: string; digest: string; context: string | null }
const SUMMARIES = query<Row>(
  (dialect) =>
    `select distinct d.experiment, d.name, d.digest, t.value as context
     from dataset d join run_dataset r on r.dataset = d.id left join run_dataset_tag t on t.run_dataset = r.id and t.key = ?
     where ${dialect.inIntegers('d.experiment')}
     order by d.experiment, d.name, d.digest, ${dialect.orderBy('t.value', 'asc')} limit ${SUMMARIES_MAX}`,
)

const DatasetSummary = object({ experiment_id: string(), name: string(), digest: string(), context: optional(string()) })

/** The first thousand: the answer has no pages in MLflow's protocol. */
export const searchDatasets = read({
  route: 'POST /api/2.0/mlflow/experiments/search-datasets',
  // As MLflow's protobuf spells it.
  also: ['POST /api/2.0mlflow/experiments/search-datasets'],
  summary: 'List the datasets that the runs of experiments read, and what for',
  access: { filtered: 'experiments' },
  input: object({ experiment_ids: withDefault(array(string({ max: 64 }), { max: 1000 }), []) }),
  output: object({ dataset_summaries: array(DatasetSummary) }),
  heavy: import.meta.url,
  async handler(db, { experiment_ids }, { visible }) {
    if (experiment_ids.length === 0) throw invalid('SearchDatasets request must specify at least one experiment_id.')
    if (experiment_ids.length > EXPERIMENTS_MAX) {
      throw invalid(
        `SearchDatasets request cannot specify more than ${EXPERIMENTS_MAX} experiment_ids, and this one has ${experiment_ids.length}.`,
      )
    }
    const keys = await shownExperiments(db, experiment_ids, visible)
    const rows = await db.all(SUMMARIES, CONTEXT_TAG, db.dialect.list(keys))
    return {
      dataset_summaries: rows.map(({ experiment, name, digest, context }) => ({
        experiment_id: String(experiment),
        name,
        digest,
        context: context ?? undefined,
      })),
    }
  },
})
