import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { setDatasetTags } from './dataset-store.ts'
import { DatasetId, TagsText } from './evaluation-dataset.ts'

export const setEvaluationDatasetTags = write({
  route: 'PATCH /api/3.0/mlflow/datasets/{dataset_id}/tags',
  summary: 'Set tags of an evaluation dataset; the others stay',
  access: { permission: 'edit', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({ dataset_id: DatasetId, tags: TagsText }),
  output: object({}),
  async handler(tx, { dataset_id, tags }) {
    await setDatasetTags(tx, dataset_id, tags)
    return {}
  },
})
