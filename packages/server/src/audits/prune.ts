import { write } from '../http/endpoint.ts'
import { int64, object } from '../http/schema.ts'
import { deleteAuditsBefore } from './audit-store.ts'

const DAY_MS = 86_400_000

export const pruneAudits = write({
  route: 'POST /api/2.0/millrace/audits/prune',
  summary: 'Delete the audits that are older than some days',
  access: { permission: 'manage', on: () => ({ server: 'audits' }) },
  input: object({ older_than_days: int64({ min: 1, max: 36_500 }) }),
  output: object({ deleted: int64() }),
  async handler(tx, { older_than_days }, { now_ms }) {
    return { deleted: await deleteAuditsBefore(tx, now_ms - older_than_days * DAY_MS) }
  },
})
