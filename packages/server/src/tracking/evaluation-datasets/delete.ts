import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { deleteDataset } from './dataset-store.ts'
import { DatasetId } from './evaluation-dataset.ts'

export const deleteEvaluationDataset = write({
  route: 'DELETE /api/3.0/mlflow/datasets/{dataset_id}',
  summary: 'Delete an evaluation dataset and its records, for good',
  access: { permission: 'manage', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({ dataset_id: DatasetId }),
  output: object({}),
  async handler(tx, { dataset_id }) {
    await deleteDataset(tx, dataset_id)
    return {}
  },
})
