import { type Envelope, envelopeJson, readEnvelope } from './dsse.ts'
import { bytesIn, listIn, objectIn, parseObject, textIn, type Unchecked } from './json.ts'
import { SignatureProblem } from './problem.ts'

/** The media type of the bundles that are made here, and of those of every model_signing since 0.2. */
export const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** By what a signature can be checked. */
export type Material =
  /** A key that the reader must have. `hint` is the SHA-256, in hex, of its public half as PEM; versions before 1.0 gave none. */
  | { readonly kind: 'key'; readonly hint: string | undefined }
  /** Certificates as DER, the signer's first. */
  | { readonly kind: 'certificates'; readonly chain: readonly Buffer[] }
  /** A short-lived certificate of Sigstore, and the entries of a public log. */
  | { readonly kind: 'keyless'; readonly certificate: Buffer }

/** A Sigstore bundle: something signed, and what its signature is checked by. */
export type Bundle = { readonly material: Material; readonly envelope: Envelope; readonly json: Unchecked }

/** More than any model of 100,000 files needs. */
export const BUNDLE_MAX_BYTES = 64 * 2 ** 20
const CERTIFICATES_MAX = 10

/**
 * Bundles in a text: one, as model_signing writes `model.sig`, or one a line, as it writes `claims.jsonl`.
 * @throws SignatureProblem
 */
export function readBundles(text: string): readonly Bundle[] {
  if (Buffer.byteLength(text) > BUNDLE_MAX_BYTES) throw new SignatureProblem(`A bundle is longer than ${BUNDLE_MAX_BYTES} bytes.`)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  // A bundle on several lines has an opening brace alone on its first.
  const each = lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line)) ? lines : [text]
  return each.map((one) => readBundle(one))
}

/** One bundle. @throws SignatureProblem */
export function readBundle(text: string): Bundle {
  const json = parseObject(text, 'The bundle')
  const type = textIn(json.mediaType, "The bundle's mediaType")
  if (!/^application\/vnd\.dev\.sigstore\.bundle(\.v0\.3)?\+json(;version=0\.[123])?$/.test(type)) {
    throw new SignatureProblem(`The bundle is of the type ${type.slice(0, 100)}; ${MEDIA_TYPE} is known.`)
  }
  const material = readMaterial(objectIn(json.verificationMaterial, "The bundle's verificationMaterial"))
  return { material, envelope: readEnvelope(json.dsseEnvelope), json }
}

function readMaterial(raw: Unchecked): Material {
  if (raw.publicKey !== undefined) {
    const hint = objectIn(raw.publicKey, "The bundle's publicKey").hint
    return { kind: 'key', hint: typeof hint === 'string' && hint !== '' ? hint : undefined }
  }
  if (raw.x509CertificateChain !== undefined) {
    const chain = listIn(objectIn(raw.x509CertificateChain, "The bundle's certificate chain").certificates, 'The certificates')
    if (chain.length === 0 || chain.length > CERTIFICATES_MAX) {
      throw new SignatureProblem(`The bundle holds ${chain.length} certificates; it may be 1 to ${CERTIFICATES_MAX}.`)
    }
    const certificates = chain.map(certificateIn)
    return listIn(raw.tlogEntries ?? [], "The bundle's tlogEntries").length > 0
      ? { kind: 'keyless', certificate: certificates[0] as Buffer }
      : { kind: 'certificates', chain: certificates }
  }
  if (raw.certificate !== undefined) return { kind: 'keyless', certificate: certificateIn(raw.certificate) }
  throw new SignatureProblem('The bundle names neither a key nor a certificate by which its signature could be checked.')
}

const certificateIn = (raw: unknown): Buffer => bytesIn(objectIn(raw, 'A certificate').rawBytes, 'A certificate')

/** A bundle as text, on one line: the form in which several stand in one file. */
export function bundleText(material: Exclude<Material, { kind: 'keyless' }>, envelope: Envelope): string {
  const by =
    material.kind === 'key'
      ? { publicKey: { hint: material.hint } }
      : { x509CertificateChain: { certificates: material.chain.map((der) => ({ rawBytes: der.toString('base64') })) } }
  return JSON.stringify({
    mediaType: MEDIA_TYPE,
    verificationMaterial: { ...by, tlogEntries: [] },
    dsseEnvelope: envelopeJson(envelope),
  })
}
