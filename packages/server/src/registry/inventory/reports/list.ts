import { read } from '../../../http/endpoint.ts'
import { openPage, sealPage } from '../../../http/page-token.ts'
import { array, int64, object, optional, string, withDefault } from '../../../http/schema.ts'
import { InventoryReport } from './inventory-report.ts'
import { reportsBefore, reportToWire } from './report-store.ts'

const PURPOSE = 'inventory/reports 1'

export const listInventoryReports = read({
  route: 'GET /api/2.0/millrace/inventory/reports',
  summary: 'List the inventories that are kept, the newest first: all for admins, for others those that they sent',
  access: { signed_in: 'others than admins are told of what they sent themselves' },
  input: object({
    max_results: withDefault(int64({ min: 1, max: 200 }), 50),
    page_token: withDefault(string({ max: 8_192 }), ''),
  }),
  output: object({ inventories: array(InventoryReport), next_page_token: optional(string()) }),
  async handler(db, { max_results, page_token }, { caller }) {
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, PURPOSE, page_token)
    const found = await reportsBefore(db, caller, before, max_results + 1)
    const page = found.slice(0, max_results)
    const inventories = page.map(reportToWire)
    const last = page.at(-1)
    if (found.length <= max_results || !last) return { inventories }
    return { inventories, next_page_token: await sealPage(db, PURPOSE, last.id) }
  },
})
