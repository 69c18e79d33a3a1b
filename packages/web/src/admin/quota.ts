import type { Output } from '@millrace/client'

export const QUOTAS = 'GET /api/2.0/millrace/quotas/list'

export type Quota = Output<typeof QUOTAS>['quotas'][number]

/** Whose limits they are, for people. */
export const whose = ({ scope, name }: Pick<Quota, 'scope' | 'name'>): string => {
  const kind = scope === 'user' ? 'account' : 'workspace'
  return name === undefined ? `each ${kind} without one of its own` : `the ${kind} ${name}`
}
