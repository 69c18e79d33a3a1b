import type { SignedEntity } from '@sigstore/verify'
import { derValues, SEQUENCE } from '../der.ts'

type Timestamp = Extract<SignedEntity['timestamps'][number], { readonly $case: 'timestamp-authority' }>['timestamp']

const GENERALIZED_TIME = 0x18
const GEN_TIME_AT = 4
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,20}))?Z$/

/** When a timestamp of RFC 3161 was made, by the statement that its signature is over. @throws Error, SignatureProblem */
function timeOf(statement: Buffer): Date {
  const [whole] = derValues(statement)
  const time = whole?.tag === SEQUENCE ? derValues(whole.bytes)[GEN_TIME_AT] : undefined
  const parts = time?.tag === GENERALIZED_TIME ? TIME.exec(time.bytes.toString('latin1')) : null
  const [, year, month, day, hour, minute, second, fraction = ''] = parts ?? []
  const read = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  if (Number.isNaN(read.getTime())) throw new Error('its timestamp tells no time')
  return read
}

/**
 * Has the library take the times of timestamps from here: its own reader knows three digits of a second or none, and DER writes a fraction
 * without the zeros at its end, so that one in ten of a clock that counts milliseconds was refused.
 */
export function readTimes({ timestamps }: SignedEntity): void {
  for (const one of timestamps) {
    if (one.$case !== 'timestamp-authority') continue
    const timestamp: Timestamp = one.timestamp
    Object.defineProperty(timestamp, 'signingTime', { get: () => timeOf(timestamp.tstInfo.raw) })
  }
}
