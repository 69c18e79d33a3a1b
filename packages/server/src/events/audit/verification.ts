import { read } from '../../http/endpoint.ts'
import { array, boolean, int64, object, string } from '../../http/schema.ts'
import { verify } from './verify.ts'

export const verifyAuditLog = read({
  route: 'GET /api/2.0/millrace/audit-log/verification',
  summary: 'Verify the audit log: whether an entry was changed, removed or put in',
  // Not `heavy`: signatures need the keys, which are in this thread alone; `verify` lets others in between.
  access: { permission: 'manage', on: () => ({ server: 'audit_log' }) },
  input: object({}),
  output: object({
    whole: boolean({ description: 'Whether nothing was found' }),
    problems: array(string()),
    entries: int64(),
    first: int64({ description: 'The entry before the first that is there: 0, or the last that was pruned' }),
    last: int64(),
    head: string({ description: 'The hash of the last entry: kept elsewhere, it proves later what was there' }),
    waiting: int64({ description: 'Entries that are written and not in the chain yet: those of the last second' }),
    signatures_checked: boolean({ description: '`millrace audit-log verify` checks them where this server does not' }),
  }),
  async handler(db) {
    const { problems, from_seq, to_seq, signatures, ...rest } = await verify(db)
    return { ...rest, problems: [...problems], whole: problems.length === 0, first: from_seq, last: to_seq, signatures_checked: signatures }
  },
})
