import { read } from '../../../http/endpoint.ts'
import { array, enumOf, int64, object, optional, string, withDefault } from '../../../http/schema.ts'
import { FoundModel, ReportId, Status } from './inventory-report.ts'
import { modelsOf, ORDER_NAMES, reportById } from './report-store.ts'

const OFFSET_MAX = 1_000_000

/** By place and number, not by tokens: an inventory that is complete does not change, and a table jumps to where somebody scrolls. */
export const listInventoryModels = read({
  route: 'GET /api/2.0/millrace/inventory/reports/{report_id}/models',
  summary: 'List the models of an inventory, filtered and in an order, from any place in it',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({
    report_id: ReportId,
    status: optional(Status),
    search: optional(string({ min: 1, max: 256, description: 'A part of the place, the owner, a version, or the digest' })),
    order_by: withDefault(enumOf(ORDER_NAMES), 'status'),
    offset: withDefault(int64({ min: 0, max: OFFSET_MAX }), 0),
    max_results: withDefault(int64({ min: 1, max: 1_000 }), 200),
  }),
  output: object({ models: array(FoundModel), total: int64({ description: 'How many there are with this filter' }) }),
  heavy: import.meta.url,
  async handler(db, { report_id, max_results, ...filter }, { caller }) {
    return modelsOf(db, await reportById(db, caller, report_id), filter, max_results)
  },
})
