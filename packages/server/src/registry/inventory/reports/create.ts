import { write } from '../../../http/endpoint.ts'
import { ApiError } from '../../../http/errors.ts'
import { array, int64, object, string, withDefault } from '../../../http/schema.ts'
import { NotRead } from './inventory-report.ts'
import { keptBy, openReport } from './report-store.ts'

const NOT_READ_MAX = 1_000
/** Of one account in a workspace. */
const KEPT_MAX = 500

export const createInventoryReport = write({
  route: 'POST /api/2.0/millrace/inventory/reports',
  summary: 'Begin to keep an inventory that millrace inventory made; what it found follows, in parts',
  access: { signed_in: 'it is kept for the caller, and shown to them and to admins' },
  input: object({
    name: string({ min: 1, max: 256, description: 'Where was looked: folders, a bucket, a server' }),
    looked_at: int64({ min: 0 }),
    not_read: withDefault(array(NotRead, { max: NOT_READ_MAX }), []),
  }),
  output: object({ report_id: string() }),
  body_max_bytes: 8 * 2 ** 20,
  async handler(tx, input, { caller, now_ms }) {
    if ((await keptBy(tx, caller)) >= KEPT_MAX) {
      const says = `${KEPT_MAX} inventories of yours are kept: delete some of them (DELETE .../inventory/reports/{report_id}).`
      throw new ApiError('REQUEST_LIMIT_EXCEEDED', says)
    }
    return { report_id: await openReport(tx, caller, input, now_ms) }
  },
})
