import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate with its private key, made for a test. */
export type TestCertificate = { readonly pem: string; readonly key: KeyObject; readonly key_pem: string; readonly name: Buffer }

/** What a test's certificate says of itself. */
export type Says = {
  readonly issuer?: TestCertificate
  readonly ca?: boolean
  readonly path_max?: number
  /** Bits of the usage, the first of them the highest: 0x80 is "digital signature", 0x04 "certificate signing". */
  readonly key_usage?: number | undefined
  readonly extended?: readonly string[]
  readonly email?: string
  readonly curve?: string
  readonly from?: string
  readonly to?: string
  /** The numbers of a critical extension that nobody knows. */
  readonly critical?: string
}

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
export const SERVER_LOGIN = '1.3.6.1.5.5.7.3.1'

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const inner = Buffer.concat(parts)
  const { length } = inner
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), inner])
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const TRUE = Buffer.from([0x01, 0x01, 0xff])

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const digits = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(0x06, Buffer.from(bytes))
}

const extension = (id: string, critical: boolean, value: Buffer): Buffer => sequence(oid(id), ...(critical ? [TRUE] : []), der(0x04, value))
const time = (text: string): Buffer => der(0x18, Buffer.from(`${text.replaceAll('-', '')}000000Z`))

/** A certificate, self-signed unless another issues it. Nothing but tests makes any: their mistakes are meant. */
export function testCertificate(common_name: string, says: Says = {}): TestCertificate {
  const { issuer, ca = false, path_max, key_usage = ca ? 0x04 : 0x80, extended, email, curve = 'P-256', critical } = says
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const name = sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(common_name)))))
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const length = path_max === undefined ? [] : [der(0x02, Buffer.from([path_max]))]
  const extensions = [
    extension('2.5.29.19', true, sequence(...(ca ? [TRUE, ...length] : []))),
    ...('key_usage' in says && says.key_usage === undefined ? [] : [extension('2.5.29.15', true, der(0x03, Buffer.from([0, key_usage])))]),
    ...(extended ? [extension('2.5.29.37', false, sequence(...extended.map(oid)))] : []),
    ...(email ? [extension('2.5.29.17', false, sequence(der(0x81, Buffer.from(email))))] : []),
    ...(critical ? [extension(critical, true, sequence())] : []),
  ]
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuer?.name ?? name,
    sequence(time(says.from ?? '2026-01-01'), time(says.to ?? '2036-01-01')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuer?.key ?? privateKey)
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  const key_pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  return { pem, key: createPrivateKey(key_pem), key_pem, name }
}
