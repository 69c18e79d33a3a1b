import { write } from '../../http/endpoint.ts'
import { array, int64, object, string, withDefault } from '../../http/schema.ts'
import { DatasetId } from './evaluation-dataset.ts'
import { deleteRecords } from './record-store.ts'

export const deleteEvaluationRecords = write({
  route: 'DELETE /api/3.0/mlflow/datasets/{dataset_id}/records',
  summary: 'Delete records of an evaluation dataset by their ids',
  access: { permission: 'edit', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({ dataset_id: DatasetId, dataset_record_ids: withDefault(array(string({ max: 64 }), { max: 20_000 }), []) }),
  output: object({ deleted_count: int64() }),
  body_max_bytes: 2 * 2 ** 20,
  handler: async (tx, { dataset_id, dataset_record_ids }) => ({
    deleted_count: await deleteRecords(tx, dataset_id, dataset_record_ids),
  }),
})
