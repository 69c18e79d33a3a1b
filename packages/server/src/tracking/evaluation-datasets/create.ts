import { write } from '../../http/endpoint.ts'
import { array, object, string, withDefault } from '../../http/schema.ts'
import { datasetById, insertDataset, rememberMaker } from './dataset-store.ts'
import { DATASET_NAME_MAX, EvaluationDataset, EXPERIMENTS_MAX, TagsText, USER_TAG } from './evaluation-dataset.ts'

/** Names need not be unique, as in MLflow: the id names a dataset. */
export const createEvaluationDataset = write({
  route: 'POST /api/3.0/mlflow/datasets/create',
  summary: 'Create an evaluation dataset',
  access: {
    permission: 'edit',
    on: ({ experiment_ids }) =>
      experiment_ids.length > 0 ? experiment_ids.map((experiment) => ({ experiment })) : { server: 'evaluation_datasets' },
  },
  input: object({
    name: string({ min: 1, max: DATASET_NAME_MAX }),
    experiment_ids: withDefault(array(string({ min: 1, max: 20 }), { max: EXPERIMENTS_MAX }), []),
    tags: withDefault(TagsText, {}),
  }),
  output: object({ dataset: EvaluationDataset }),
  async handler(tx, { name, experiment_ids, tags }, { now_ms, user, caller }) {
    const by = user === '' ? tags[USER_TAG] : user
    const { id, dataset_id } = await insertDataset(tx, name, { tags, experiment_ids }, now_ms, by)
    if (caller.user_id !== 0) await rememberMaker(tx, id, caller.user_id)
    return { dataset: await datasetById(tx, dataset_id) }
  },
})
