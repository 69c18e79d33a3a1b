import type { Endpoint } from '../../../http/endpoint.ts'
import { addInventoryModels } from './add-models.ts'
import { createInventoryReport } from './create.ts'
import { deleteInventoryReport } from './delete.ts'
import { getInventoryReport } from './get.ts'
import { listInventoryReports } from './list.ts'
import { listInventoryModels } from './models.ts'

/** Inventories that somebody made where the models are, and sent to be kept. */
export const inventoryReportEndpoints: readonly Endpoint[] = [
  listInventoryReports,
  createInventoryReport,
  getInventoryReport,
  deleteInventoryReport,
  addInventoryModels,
  listInventoryModels,
]
