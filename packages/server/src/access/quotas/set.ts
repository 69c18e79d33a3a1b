import { write } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { quotasChanged } from './meter.ts'
import { limitFields, Quota, requireRate, requireTarget, whoseFields } from './quota.ts'
import { setQuota } from './quota-store.ts'

export const setQuotaOf = write({
  route: 'POST /api/2.0/millrace/quotas/set',
  summary: 'Limit requests and uploads of an account, a workspace, or of each that has no quota of its own',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({ ...whoseFields, ...limitFields }),
  output: object({ quota: Quota }),
  async handler(tx, input) {
    const { scope, name, requests_per_second, concurrent_uploads, upload_bytes_per_day } = input
    const target = await requireTarget(tx, scope, name)
    const rate = requireRate(requests_per_second)
    const limits = { concurrent_uploads: concurrent_uploads ?? null, upload_bytes_per_day: upload_bytes_per_day ?? null }
    await setQuota(tx, { scope, target, requests_per_second: rate, ...limits })
    tx.afterCommit(() => quotasChanged(tx.identity))
    return { quota: input }
  },
})
