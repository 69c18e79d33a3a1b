import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { deleteDatasetTag } from './dataset-store.ts'
import { DatasetId, TAG_KEY_MAX } from './evaluation-dataset.ts'

export const deleteEvaluationDatasetTag = write({
  route: 'DELETE /api/3.0/mlflow/datasets/{dataset_id}/tags/{key}',
  summary: 'Delete a tag of an evaluation dataset',
  access: { permission: 'edit', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({ dataset_id: DatasetId, key: string({ min: 1, max: TAG_KEY_MAX }) }),
  output: object({}),
  async handler(tx, { dataset_id, key }) {
    await deleteDatasetTag(tx, dataset_id, key)
    return {}
  },
})
