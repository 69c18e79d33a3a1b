import { write } from '../../http/endpoint.ts'
import { int64, object } from '../../http/schema.ts'
import { DatasetId } from './evaluation-dataset.ts'
import { RECORDS_TEXT_MAX, RecordsText } from './record.ts'
import { upsertRecords } from './record-store.ts'

export const upsertEvaluationRecords = write({
  route: 'POST /api/3.0/mlflow/datasets/{dataset_id}/records',
  summary: 'Add records to an evaluation dataset; those whose inputs are known are merged',
  access: { permission: 'edit', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({ dataset_id: DatasetId, records: RecordsText }),
  output: object({ inserted_count: int64(), updated_count: int64() }),
  // The records are JSON inside a JSON string, which escapes their quotes.
  body_max_bytes: 2 * RECORDS_TEXT_MAX,
  async handler(tx, { dataset_id, records }, { now_ms, user }) {
    const { inserted, updated } = await upsertRecords(tx, dataset_id, records, now_ms, user)
    return { inserted_count: inserted, updated_count: updated }
  },
})
