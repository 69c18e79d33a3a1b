import type { Output } from '@millrace/client'
import { api } from '../api.ts'
import type { View } from './view.ts'

/** A model that an inventory found. */
export type FoundModel = Output<'GET /api/2.0/millrace/inventory/reports/{report_id}/models'>['models'][number]

const AT_ONCE = 1_000

/** What the models of an inventory are asked for by, of what the page shows. */
export const askedBy = (report_id: string, { status, search, order }: View) => ({
  report_id,
  ...(status && { status }),
  ...(search && { search }),
  ...(order && { order_by: order }),
})

/** All models that the filter lets through, in its order. */
export async function* allModels(report_id: string, view: View): AsyncGenerator<FoundModel> {
  for (let offset = 0, total = 1; offset < total; offset += AT_ONCE) {
    const page = await api.inventories.models({ ...askedBy(report_id, view), offset, max_results: AT_ONCE })
    yield* page.models
    total = page.total
  }
}
