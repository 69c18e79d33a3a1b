import { Invalid, type Schema } from '../http/schema.ts'

const MS_MAX = 253_402_300_799_999
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/

/** A moment in milliseconds since 1970; on the wire it is text, as in protobuf's JSON: `2026-01-31T12:00:00.250Z`. */
export const timestamp: Schema<number> = {
  json: { type: 'string', format: 'date-time' },
  decode(raw) {
    const ms = typeof raw === 'string' && TIMESTAMP.test(raw) ? Date.parse(raw) : Number.NaN
    if (!(ms >= 0 && ms <= MS_MAX)) throw new Invalid('a time such as 2026-01-31T12:00:00.250Z is needed.', raw)
    return ms
  },
  encode: (ms) => `"${new Date(Math.min(Math.max(ms, 0), MS_MAX)).toISOString()}"`,
}

/** A duration in milliseconds; on the wire it is seconds as text, as in protobuf's JSON: `1.250s`. */
export const duration: Schema<number> = {
  json: { type: 'string', pattern: DURATION.source },
  decode(raw) {
    const [, sign, seconds, fraction = ''] = (typeof raw === 'string' && DURATION.exec(raw)) || []
    if (seconds === undefined) throw new Invalid('a duration such as 1.250s is needed.', raw)
    const ms = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
    return sign === '-' ? 0 - ms : ms
  },
  encode(ms) {
    const length = Math.abs(ms)
    return `"${ms < 0 ? '-' : ''}${Math.floor(length / 1000)}.${String(length % 1000).padStart(3, '0')}s"`
  },
}
