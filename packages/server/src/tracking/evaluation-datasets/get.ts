import { read } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { datasetById } from './dataset-store.ts'
import { DatasetId, EvaluationDataset } from './evaluation-dataset.ts'

export const getEvaluationDataset = read({
  route: 'GET /api/3.0/mlflow/datasets/{dataset_id}',
  summary: 'Get an evaluation dataset, without its records',
  access: { permission: 'read', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }), shows: 'evaluation_datasets' },
  input: object({ dataset_id: DatasetId }),
  output: object({ dataset: EvaluationDataset }),
  handler: async (db, { dataset_id }, { visible }) => ({ dataset: await datasetById(db, dataset_id, visible) }),
})
