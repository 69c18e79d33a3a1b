import { type KeyObject, X509Certificate } from 'node:crypto'
import { BIT_STRING, BOOLEAN, derValues, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, oidOf, SEQUENCE } from './der.ts'
import { SignatureProblem } from './problem.ts'

const KEY_USAGE = '2.5.29.15'
const BASIC_CONSTRAINTS = '2.5.29.19'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const EXTENSIONS = 0xa3
const DIGITAL_SIGNATURE = 0x80
const CERTIFICATE_SIGNING = 0x04
/** Understood here or by `X509Certificate`, or of no consequence for a signature. Other critical extensions are a reason to say no. */
const UNDERSTOOD = new Set([KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, '2.5.29.17', '2.5.29.14', '2.5.29.35', '2.5.29.32'])
const DEPTH_MAX = 8

/** What a certificate may be used for. Undefined where it doesn't say. */
type Uses = {
  readonly is_ca: boolean
  readonly path_max: number | undefined
  readonly key_usage: number | undefined
  readonly extended: readonly string[] | undefined
}

/** @throws SignatureProblem */
export function readCertificate(raw: Buffer | string, what = 'The certificate'): X509Certificate {
  try {
    return new X509Certificate(raw)
  } catch (error) {
    throw new SignatureProblem(`${what} can't be read: a certificate as PEM is needed (BEGIN CERTIFICATE).`, { cause: error })
  }
}

/** The certificates in a text of PEM. @throws SignatureProblem when there are none */
export function readCertificates(pem: string, what: string): readonly X509Certificate[] {
  const each = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (each.length === 0) throw new SignatureProblem(`${what} holds no certificate (BEGIN CERTIFICATE).`)
  return each.map((one) => readCertificate(one, what))
}

/** The public key in a certificate. @throws SignatureProblem when it is of no kind that is known */
export function keyOfCertificate(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey
  } catch (error) {
    throw new SignatureProblem(`The key in the certificate of ${identitiesOf(certificate).join(', ')} can't be read.`, { cause: error })
  }
}

/** SHA-256 of a certificate, in hex: the name by which it is revoked. */
export const fingerprintOf = (certificate: X509Certificate): string => certificate.fingerprint256.replaceAll(':', '').toLowerCase()

/** Who a certificate is for: its alternative names (e-mail addresses, URIs), or else its subject's common name. */
export function identitiesOf(certificate: X509Certificate): readonly string[] {
  const names = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )(?:email|URI|DNS):([^,"]+)/g)].map(([, name]) => name as string)
  if (names.length > 0) return names
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  return [common ?? certificate.subject.replaceAll('\n', ', ')]
}

/**
 * The chain from the signer's certificate to one that is trusted, found among the others. The format has no time of signing that could be
 * trusted, so that every certificate must have been valid when the signer's began to be, as model_signing has it.
 * @throws SignatureProblem when there is none, or a certificate may not be used for this
 */
export function chainTo(
  signer: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): readonly X509Certificate[] {
  requireSigning(signer)
  const at_ms = Date.parse(signer.validFrom)
  const chain = [signer]
  for (let last = signer; chain.length <= DEPTH_MAX; ) {
    const root =
      roots.find((one) => one.fingerprint256 === last.fingerprint256) ?? roots.find((one) => isIssuer(one, last, chain.length, at_ms))
    if (root) return root.fingerprint256 === last.fingerprint256 ? chain : [...chain, root]
    const next = others.find(
      (one) => !chain.some((had) => had.fingerprint256 === one.fingerprint256) && isIssuer(one, last, chain.length, at_ms),
    )
    if (!next) break
    chain.push(next)
    last = next
  }
  const issuer = signer.issuer.replaceAll('\n', ', ')
  throw new SignatureProblem(`The certificate of ${identitiesOf(signer).join(', ')} leads to no trusted one: it was issued by ${issuer}.`)
}

function isIssuer(one: X509Certificate, of: X509Certificate, below: number, at_ms: number): boolean {
  if (!one.ca || !of.checkIssued(one) || !of.verify(keyOfCertificate(one))) return false
  if (at_ms < Date.parse(one.validFrom) || at_ms > Date.parse(one.validTo)) return false
  const { is_ca, path_max, key_usage } = usesOf(one)
  // Below it are the certificates so far, of which the signer's own doesn't count.
  return is_ca && (key_usage === undefined || (key_usage & CERTIFICATE_SIGNING) !== 0) && (path_max ?? DEPTH_MAX) >= below - 1
}

/** A certificate for a web server or for mail is no signer of models, whoever issued it. */
function requireSigning(certificate: X509Certificate): void {
  const { key_usage, extended } = usesOf(certificate)
  const refused = key_usage !== undefined && (key_usage & DIGITAL_SIGNATURE) === 0
  const elsewhere = extended !== undefined && !extended.includes(CODE_SIGNING)
  if (!refused && !elsewhere && (key_usage !== undefined || extended !== undefined)) return
  throw new SignatureProblem(
    `The certificate of ${identitiesOf(certificate).join(', ')} is not for signing: it needs the usage "digital signature", ` +
      'and where it has extended usages, "code signing" among them.',
  )
}

function usesOf(certificate: X509Certificate): Uses {
  let uses: Uses = { is_ca: false, path_max: undefined, key_usage: undefined, extended: undefined }
  for (const { oid, critical, value } of extensionsOf(certificate)) {
    if (oid === KEY_USAGE) uses = { ...uses, key_usage: inside(value, BIT_STRING)[1] ?? 0 }
    else if (oid === EXTENDED_KEY_USAGE) uses = { ...uses, extended: derValues(inside(value, SEQUENCE)).map(({ bytes }) => oidOf(bytes)) }
    else if (oid === BASIC_CONSTRAINTS) uses = { ...uses, ...constraintsIn(value) }
    else if (critical && !UNDERSTOOD.has(oid)) {
      throw new SignatureProblem(`A certificate has the critical extension ${oid}, whose meaning is not known here.`)
    }
  }
  return uses
}

function constraintsIn(value: Buffer): Pick<Uses, 'is_ca' | 'path_max'> {
  const inner = derValues(inside(value, SEQUENCE))
  const length = inner.find(({ tag }) => tag === INTEGER)
  return {
    is_ca: inner.some(({ tag, bytes }) => tag === BOOLEAN && bytes[0] !== 0),
    path_max: length && (length.bytes.length > 1 ? DEPTH_MAX : length.bytes[0]),
  }
}

type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Buffer }

function extensionsOf(certificate: X509Certificate): readonly Extension[] {
  const [body] = derValues(inside(certificate.raw, SEQUENCE))
  const list = derValues(body?.bytes ?? Buffer.alloc(0)).find(({ tag }) => tag === EXTENSIONS)
  if (!list) return []
  return derValues(inside(list.bytes, SEQUENCE)).map(({ bytes }) => {
    const parts = derValues(bytes)
    const oid = parts.find(({ tag }) => tag === OBJECT_IDENTIFIER)
    const value = parts.find(({ tag }) => tag === OCTET_STRING)
    if (!oid || !value) throw new SignatureProblem('A certificate has an extension that is none.')
    return { oid: oidOf(oid.bytes), critical: parts.some(({ tag, bytes: flag }) => tag === BOOLEAN && flag[0] !== 0), value: value.bytes }
  })
}

function inside(bytes: Buffer, tag: number): Buffer {
  const [value] = derValues(bytes)
  if (value?.tag !== tag) throw new SignatureProblem('A certificate holds another value than its form says.')
  return value.bytes
}
