import { write } from '../../../http/endpoint.ts'
import { object } from '../../../http/schema.ts'
import { ReportId } from './inventory-report.ts'
import { deleteReport, reportById } from './report-store.ts'

export const deleteInventoryReport = write({
  route: 'DELETE /api/2.0/millrace/inventory/reports/{report_id}',
  summary: 'Delete an inventory that is kept',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ report_id: ReportId }),
  output: object({}),
  async handler(tx, { report_id }, { caller }) {
    await deleteReport(tx, await reportById(tx, caller, report_id))
    return {}
  },
})
