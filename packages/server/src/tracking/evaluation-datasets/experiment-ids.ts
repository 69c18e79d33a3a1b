import { read } from '../../http/endpoint.ts'
import { array, object, string } from '../../http/schema.ts'
import { experimentIdsOf } from './dataset-store.ts'
import { DatasetId } from './evaluation-dataset.ts'

export const getEvaluationDatasetExperiments = read({
  route: 'GET /api/3.0/mlflow/datasets/{dataset_id}/experiment-ids',
  summary: 'Get the experiments on which an evaluation dataset hangs',
  access: { permission: 'read', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }), shows: 'evaluation_datasets' },
  input: object({ dataset_id: DatasetId }),
  output: object({ experiment_ids: array(string()) }),
  handler: async (db, { dataset_id }, { visible }) => ({ experiment_ids: await experimentIdsOf(db, dataset_id, visible) }),
})
