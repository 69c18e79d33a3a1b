import type { AuditSchedule } from '../config.ts'
import type { Option } from './option.ts'
import type { Picker } from './pick.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const EVERY_MAX_HOURS = 8_760
const KEEP_MAX_DAYS = 36_500

/** The flags by which a server is told when to audit its registry. */
export const auditOptions: readonly Option[] = [
  {
    flag: 'audit-every-hours',
    variables: ['MILLRACE_AUDIT_EVERY_HOURS'],
    value: '<n>',
    fallback: '24',
    about: 'How often the server audits its own registry; 0 leaves it to those who ask (POST /api/2.0/millrace/audits/run)',
    group: 'Security',
  },
  {
    flag: 'keep-audits-days',
    variables: ['MILLRACE_KEEP_AUDITS_DAYS'],
    value: '<n>',
    fallback: '365',
    about: 'After how many days audits and inventories that are kept are removed',
    group: 'Security',
  },
]

/** @throws ConfigProblem when a number is none */
export const auditsOf = (pick: Picker): AuditSchedule => ({
  every_ms: pick.whole('audit-every-hours', 0, EVERY_MAX_HOURS, 24) * HOUR_MS,
  keep_ms: pick.whole('keep-audits-days', 1, KEEP_MAX_DAYS, 365) * DAY_MS,
})
