import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { Quota } from './quota.ts'
import { allQuotas, EVERYONE, quotaNames, usedOn } from './quota-store.ts'

const DAY_MS = 86_400_000

export const listQuotas = read({
  route: 'GET /api/2.0/millrace/quotas/list',
  summary: 'List the quotas, and what was uploaded today of those with a name',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object({}),
  output: object({ quotas: array(Quota) }),
  async handler(db, _input, { now_ms }) {
    const names = new Map((await quotaNames(db)).map(({ scope, id, name }) => [`${scope} ${id}`, name]))
    const quotas = []
    for (const { scope, target, requests_per_second, concurrent_uploads, upload_bytes_per_day } of await allQuotas(db)) {
      const name = names.get(`${scope} ${target}`)
      // Its account or workspace is gone.
      if (name === undefined && target !== EVERYONE) continue
      const uploaded_today = await usedOn(db, scope, target, Math.floor(now_ms / DAY_MS))
      quotas.push({
        scope,
        ...(name !== undefined && { name, uploaded_today }),
        ...(requests_per_second !== null && { requests_per_second }),
        ...(concurrent_uploads !== null && { concurrent_uploads }),
        ...(upload_bytes_per_day !== null && { upload_bytes_per_day }),
      })
    }
    return { quotas }
  },
})
