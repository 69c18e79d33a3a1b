import type { Output } from '@millrace/client'
import { api } from '../api.ts'
import { csvOf } from '../parts/csv.ts'
import { saveAs } from '../parts/save.ts'
import type { View } from './view.ts'

/** A model that an inventory found. */
export type FoundModel = Output<'GET /api/2.0/millrace/inventory/reports/{report_id}/models'>['models'][number]

const AT_ONCE = 1_000
// As `millrace inventory --csv` has them.
const COLUMNS = ['status', 'where', 'kind', 'bytes', 'owner', 'sha256', 'versions', 'known_in', 'scan', 'findings'] as const

/** Models as CSV, with the columns of the command. */
export const toCsv = (models: readonly FoundModel[]): string =>
  csvOf([COLUMNS, ...models.map((one) => COLUMNS.map((column) => flat(one[column])))])

const flat = (value: FoundModel[(typeof COLUMNS)[number]]): unknown => (Array.isArray(value) ? value.join(' ') : value)

/** What an endpoint of the inventory is asked for by what the page shows. */
export const askedBy = (report_id: string, { status, search, order }: View) => ({
  report_id,
  ...(status && { status }),
  ...(search && { search }),
  ...(order && { order_by: order }),
})

/** Gives the reader all that the filter lets through, as a file. */
export async function exportModels(report_id: string, view: View, format: 'csv' | 'json'): Promise<void> {
  const models: FoundModel[] = []
  for (let total = 1; models.length < total; ) {
    const page = await api.inventories.models({ ...askedBy(report_id, view), offset: models.length, max_results: AT_ONCE })
    models.push(...page.models)
    total = page.models.length === 0 ? 0 : page.total
  }
  if (format === 'csv') saveAs(`${report_id}.csv`, 'text/csv', toCsv(models))
  else saveAs(`${report_id}.json`, 'application/json', `${JSON.stringify(models, null, 2)}\n`)
}
