import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { int64, object, optional, string, withDefault } from '../../http/schema.ts'
import { DatasetId } from './evaluation-dataset.ts'
import { recordsPage } from './record-store.ts'

const RECORDS_DEFAULT = 1000
const RECORDS_MAX = 50_000
/** The length at which a page ends early, its token pointing at the rest; MLflow's client asks for pages until none is left. */
const PAGE_SIZE_MAX = 16 * 2 ** 20

export const getEvaluationRecords = read({
  route: 'GET /api/3.0/mlflow/datasets/{dataset_id}/records',
  summary: 'Get the records of an evaluation dataset, a page at a time',
  access: { permission: 'read', on: ({ dataset_id }) => ({ evaluation_dataset: dataset_id }) },
  input: object({
    dataset_id: DatasetId,
    max_results: withDefault(int64({ min: 0, max: RECORDS_MAX, description: '0 stands for the default' }), RECORDS_DEFAULT),
    page_token: optional(string({ max: 8192 })),
  }),
  output: object({ records: string({ description: 'A JSON array of records' }), next_page_token: optional(string()) }),
  heavy: import.meta.url,
  async handler(db, { dataset_id, max_results, page_token }) {
    const purpose = `datasets/records 1 ${dataset_id}`
    const after = page_token ? await openPage<number>(db, purpose, page_token) : 0
    const count = max_results || RECORDS_DEFAULT
    const { text, next } = await recordsPage(db, dataset_id, { after, count, size_max: PAGE_SIZE_MAX })
    return { records: text, ...(next !== undefined && { next_page_token: await sealPage(db, purpose, next) }) }
  },
})
