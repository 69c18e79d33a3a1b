import { write } from '../../../http/endpoint.ts'
import { ApiError } from '../../../http/errors.ts'
import { array, boolean, object, withDefault } from '../../../http/schema.ts'
import { FoundModel, InventoryReport, ReportId } from './inventory-report.ts'
import { addModels, reportById, reportToWire } from './report-store.ts'

const AT_ONCE_MAX = 1_000
const MODELS_MAX = 500_000

/** Parts, so that no request is long; the last one says that it is, and only then the inventory is shown. */
export const addInventoryModels = write({
  route: 'POST /api/2.0/millrace/inventory/reports/{report_id}/models',
  summary: 'Add models that were found to an inventory that was begun',
  access: { signed_in: 'what is not theirs is not there' },
  input: object({
    report_id: ReportId,
    models: array(FoundModel, { max: AT_ONCE_MAX }),
    last: withDefault(boolean({ description: 'That nothing follows' }), false),
  }),
  output: object({ inventory: InventoryReport }),
  body_max_bytes: 16 * 2 ** 20,
  async handler(tx, { report_id, models, last }, { caller }) {
    const report = await reportById(tx, caller, report_id)
    if (report.complete === 1) throw new ApiError('RESOURCE_CONFLICT', `Inventory '${report_id}' is complete: begin another one.`)
    const from = report.malicious + report.changed + report.unknown + report.known
    if (from + models.length > MODELS_MAX) {
      throw new ApiError('REQUEST_LIMIT_EXCEEDED', `An inventory holds ${MODELS_MAX} models at most: make one of each folder.`)
    }
    await addModels(tx, report, from, models, last)
    return { inventory: reportToWire(await reportById(tx, caller, report_id)) }
  },
})
