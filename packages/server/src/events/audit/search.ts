import { adHocQuery, type Value } from '../../db/handles.ts'
import { read } from '../../http/endpoint.ts'
import { openPage, sealPage } from '../../http/page-token.ts'
import { array, enumOf, int64, object, optional, string, withDefault } from '../../http/schema.ts'
import type { Linked } from './entry.ts'
import { LINKED } from './log-store.ts'
import { AuditLogEntry, entryToWire } from './wire.ts'

const RESULTS_MAX = 1_000
const filters = {
  user: optional(string({ max: 256 })),
  action: optional(string({ max: 256, description: "An endpoint's route" })),
  outcome: optional(enumOf(['done', 'denied', 'failed'])),
  kind: optional(string({ max: 64 })),
  resource: optional(string({ max: 500, description: 'An id or a name' })),
  workspace: optional(string({ max: 256 })),
  since: optional(int64({ min: 0, description: 'Milliseconds since 1970' })),
  until: optional(int64({ min: 0, description: 'Milliseconds since 1970, not included' })),
}

const WHERE = {
  user: 'user_name = ?',
  action: 'action = ?',
  outcome: 'outcome = ?',
  kind: 'kind = ?',
  resource: 'target = ?',
  workspace: 'workspace = ?',
  since: 'until_ms >= ?',
  until: 'at_ms < ?',
} as const

export const searchAuditLog = read({
  route: 'GET /api/2.0/millrace/audit-log',
  summary: 'Search the audit log, the newest entry first',
  access: { permission: 'manage', on: () => ({ server: 'audit_log' }) },
  input: object({
    ...filters,
    max_results: withDefault(int64({ min: 1, max: RESULTS_MAX }), 100),
    page_token: withDefault(string(), ''),
  }),
  output: object({ entries: array(AuditLogEntry), next_page_token: optional(string()) }),
  async handler(db, { max_results, page_token, ...asked }) {
    const purpose = JSON.stringify(['audit-log 1', asked])
    const before = page_token === '' ? Number.MAX_SAFE_INTEGER : await openPage<number>(db, purpose, page_token)
    const conditions = ['seq < ?']
    const values: Value[] = [before]
    for (const [name, condition] of Object.entries(WHERE)) {
      const value = asked[name as keyof typeof WHERE]
      if (value === undefined) continue
      conditions.push(condition)
      values.push(value)
    }
    const sql = `select ${LINKED} from audit_log where ${conditions.join(' and ')} order by seq desc limit ?`
    const found = await db.all(adHocQuery<Linked>(sql), ...values, max_results + 1)
    const page = found.slice(0, max_results)
    const last = page.at(-1)
    const entries = page.map(entryToWire)
    return found.length <= max_results || !last ? { entries } : { entries, next_page_token: await sealPage(db, purpose, last.seq) }
  },
})
