import { read } from '../../../http/endpoint.ts'
import { array, object } from '../../../http/schema.ts'
import { InventoryReport, NotRead, ReportId } from './inventory-report.ts'
import { reportById, reportToWire } from './report-store.ts'

export const getInventoryReport = read({
  route: 'GET /api/2.0/millrace/inventory/reports/{report_id}',
  summary: 'Get an inventory that is kept: how much was found, and what could not be read',
  access: { signed_in: 'for others than admins, what they did not send themselves is not there' },
  input: object({ report_id: ReportId }),
  output: object({ inventory: InventoryReport, not_read: array(NotRead) }),
  async handler(db, { report_id }, { caller }) {
    const row = await reportById(db, caller, report_id)
    return { inventory: reportToWire(row), not_read: JSON.parse(row.not_read) as { where: string; why: string }[] }
  },
})
