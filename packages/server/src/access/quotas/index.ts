import type { Endpoint } from '../../http/endpoint.ts'
import { deleteQuota } from './delete.ts'
import { listQuotas } from './list.ts'
import { setQuotaOf } from './set.ts'

export { QuotaMeter } from './meter.ts'

/** Every endpoint of quotas. */
export const quotaEndpoints: readonly Endpoint[] = [setQuotaOf, listQuotas, deleteQuota]
