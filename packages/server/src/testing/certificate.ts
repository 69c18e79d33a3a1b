import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** Certificates as PEM, made for one test: Node signs bytes but makes no certificates, so their DER is put together here. */
export type Authority = { readonly certificate: string; issue(host: string, validity?: Validity): { cert: string; key: string } }
export type Validity = { readonly from_ms: number; readonly until_ms: number }

const DAY_MS = 86_400_000
const lasting = (): Validity => ({ from_ms: Date.now() - DAY_MS, until_ms: Date.now() + DAY_MS })

/** A new certificate authority that nobody knows. */
export function newAuthority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name, key: privateKey, public: publicKey }
  const isAuthority = extension('551d13', true, sequence(Buffer.from([1, 1, 0xff])))
  const mayIssue = extension('551d0f', true, tagged(0x03, Buffer.from([1, 0x06])))
  return {
    certificate: certificate(issuer, { name, public: publicKey }, lasting(), [isAuthority, mayIssue]),
    issue(host, validity = lasting()) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const alternative = isIPv4(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host))
      const subject = { name: host, public: own.publicKey }
      const cert = certificate(issuer, subject, validity, [extension('551d11', false, sequence(alternative))])
      return { cert, key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

type Subject = { readonly name: string; readonly public: KeyObject }

const ECDSA_SHA256 = '2a8648ce3d040302'

function certificate(
  issuer: Subject & { key: KeyObject },
  subject: Subject,
  { from_ms, until_ms }: Validity,
  extensions: Buffer[],
): string {
  const algorithm = sequence(oid(ECDSA_SHA256))
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const facts = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    algorithm,
    named(issuer.name),
    sequence(time(from_ms), time(until_ms)),
    named(subject.name),
    subject.public.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', facts, issuer.key)
  const der = sequence(facts, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [Buffer.from([1, 1, 0xff])] : []), tagged(0x04, value))
const named = (name: string): Buffer => sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(name)))))
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'))
const time = (ms: number): Buffer => tagged(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts))

function tagged(tag: number, body: Buffer): Buffer {
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
