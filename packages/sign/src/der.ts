import { SignatureProblem } from './problem.ts'

/** One value of ASN.1 in DER: its tag and the bytes inside. */
export type DerValue = { readonly tag: number; readonly bytes: Buffer }

export const SEQUENCE = 0x30
export const INTEGER = 0x02
export const BOOLEAN = 0x01
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const OBJECT_IDENTIFIER = 0x06

/** The values that stand one after another in these bytes. @throws SignatureProblem */
export function derValues(bytes: Buffer): readonly DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = derValueAt(bytes, at)
    values.push(value)
    at = end
  }
  return values
}

function derValueAt(bytes: Buffer, at: number): { value: DerValue; end: number } {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw broken()
  let length = first
  let start = at + 2
  if (first >= 0x80) {
    const digits = first & 0x7f
    if (digits === 0 || digits > 4 || start + digits > bytes.length) throw broken()
    length = bytes.readUIntBE(start, digits)
    start += digits
  }
  if (start + length > bytes.length) throw broken()
  return { value: { tag, bytes: bytes.subarray(start, start + length) }, end: start + length }
}

const broken = (): SignatureProblem => new SignatureProblem('The certificate is no well-formed DER.')

/** An object identifier with its numbers and dots. */
export function oidOf(bytes: Buffer): string {
  const numbers: number[] = []
  let number = 0
  for (const byte of bytes) {
    number = number * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(number)
      number = 0
    }
  }
  const [first = 0, ...rest] = numbers
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - top * 40, ...rest].join('.')
}
