import { write } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { quotasChanged } from './meter.ts'
import { requireTarget, whoseFields } from './quota.ts'
import { removeQuota } from './quota-store.ts'

export const deleteQuota = write({
  route: 'POST /api/2.0/millrace/quotas/delete',
  summary: 'Take a quota back',
  access: { permission: 'manage', on: () => ({ server: 'settings' }) },
  input: object(whoseFields),
  output: object({}),
  async handler(tx, { scope, name }) {
    const target = await requireTarget(tx, scope, name)
    if (!(await removeQuota(tx, scope, target)))
      throw missing(`There is no quota of ${name === undefined ? `every ${scope}` : `'${name}'`}.`)
    tx.afterCommit(() => quotasChanged(tx.identity))
    return {}
  },
})
