import { write } from '../../http/endpoint.ts'
import { array, object, string, withDefault } from '../../http/schema.ts'
import { addExperiments, datasetById } from './dataset-store.ts'
import { DatasetId, EvaluationDataset, EXPERIMENTS_MAX } from './evaluation-dataset.ts'

export const addEvaluationDatasetExperiments = write({
  route: 'POST /api/3.0/mlflow/datasets/{dataset_id}/add-experiments',
  summary: 'Hang an evaluation dataset on more experiments',
  access: {
    permission: 'edit',
    on: ({ dataset_id, experiment_ids }) => [{ evaluation_dataset: dataset_id }, ...experiment_ids.map((experiment) => ({ experiment }))],
  },
  input: object({
    dataset_id: DatasetId,
    experiment_ids: withDefault(array(string({ min: 1, max: 20 }), { max: EXPERIMENTS_MAX }), []),
  }),
  output: object({ dataset: EvaluationDataset }),
  async handler(tx, { dataset_id, experiment_ids }, { now_ms }) {
    await addExperiments(tx, dataset_id, experiment_ids, now_ms)
    return { dataset: await datasetById(tx, dataset_id) }
  },
})
