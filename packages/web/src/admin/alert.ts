import type { Output } from '@millrace/client'
import { duration } from '../format.ts'
import { shortAction } from './AuditFilter.tsx'

export const ALERTS = 'GET /api/2.0/millrace/audit-log/alerts'

export type Alert = Output<typeof ALERTS>['alerts'][number]

/** What each kind of alert tells of. */
export const KINDS = {
  burst: 'many entries in a short time',
  new_address: 'a user who comes from a new address',
  promotion_refused: 'a promotion that its policy refused',
} as const

/** Whose entries make a burst together. */
export const PER = { user: 'of one user', address: 'from one address', all: 'of all together' } as const

/** "10 × login, failed, of one user, within 1 min 00 s". */
export function saysOf({ kind, action, outcome, per, count, within_seconds }: Alert): string {
  if (kind !== 'burst') return KINDS[kind as keyof typeof KINDS] ?? kind
  const what = action === undefined ? 'any action' : shortAction(action)
  const parts = [
    `${count.toLocaleString('en-GB')} × ${what}`,
    outcome,
    PER[per as keyof typeof PER],
    `within ${duration(within_seconds * 1_000)}`,
  ]
  return parts.filter(Boolean).join(', ')
}
