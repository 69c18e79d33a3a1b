import type { X509Certificate } from 'node:crypto'
import type { Bundle } from './bundle.ts'
import { chainTo, fingerprintOf, identitiesOf, keyOfCertificate, readCertificate } from './certificates.ts'
import { preAuthenticated, preAuthenticatedOld } from './dsse.ts'
import { isSignedBy, type PublicKey, readPublicKey } from './keys.ts'
import { type Kind, kindOf } from './kinds.ts'
import { isModelSignature, MODEL_SIGNATURE } from './oms.ts'
import { SignatureProblem } from './problem.ts'
import { readStatement, type Statement } from './statement.ts'
import { revocationOf, type Trust } from './trust.ts'

/** Who signed. */
export type Signer = {
  /** The name of the key or the authority in the trust file. */
  readonly name: string
  readonly by: 'key' | 'certificate' | 'keyless'
  /** SHA-256 of the public key as PEM. */
  readonly key_id: string
  /** Who the certificate is for; the key's name where there is none. */
  readonly identity: string
  readonly curve: string
  /** The OpenID Connect issuer that vouched for the identity, of a keyless signature. */
  readonly issuer?: string
}

/** What became of a signature's check. `because` tells whether it is wrong, or nobody's whose word counts. */
export type Checked =
  | { readonly ok: true; readonly kind: Kind; readonly statement: Statement; readonly signer: Signer }
  | {
      readonly ok: false
      readonly because: 'broken' | 'untrusted' | 'revoked' | 'unsupported'
      readonly sentence: string
      readonly kind?: Kind
    }

/** Checks a bundle's signature, and whether the signer's word counts for what is signed. It asks nobody: no network, no clock. */
export function checkBundle(bundle: Bundle, trust: Trust): Checked {
  let statement: Statement
  try {
    statement = readStatement(bundle.envelope.payload, bundle.envelope.payload_type)
  } catch (error) {
    return { ok: false, because: 'broken', sentence: sentenceOf(error) }
  }
  const kind = kindOf(statement)
  try {
    const found = signerOf(bundle, statement, trust)
    if ('because' in found) return { ok: false, kind, ...found }
    if (!found.may.includes(kind)) {
      const sentence = `${found.signer.name} signed it, who is trusted for ${found.may.join(', ') || 'nothing'} and not for ${kind}.`
      return { ok: false, because: 'untrusted', kind, sentence }
    }
    return { ok: true, kind, statement, signer: found.signer }
  } catch (error) {
    return { ok: false, because: 'broken', kind, sentence: sentenceOf(error) }
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof SignatureProblem) return error.message
  throw error
}

type Found = { signer: Signer; may: readonly Kind[] } | { because: 'broken' | 'untrusted' | 'revoked' | 'unsupported'; sentence: string }

function signerOf(bundle: Bundle, statement: Statement, trust: Trust): Found {
  const { material } = bundle
  if (material.kind === 'key') return byKey(bundle, statement, trust, material.hint)
  if (material.kind === 'certificates') return byCertificate(bundle, statement, trust, material.chain)
  return byIdentity(bundle, statement, trust, material.certificate)
}

function byKey(bundle: Bundle, statement: Statement, trust: Trust, hint: string | undefined): Found {
  const named = hint === undefined ? trust.keys : trust.keys.filter(({ key }) => key.id === hint)
  const revoked = hint === undefined ? undefined : revocationOf(trust, hint)
  if (revoked !== undefined) return { because: 'revoked', sentence: `The key ${hint} was revoked: ${revoked}.` }
  if (named.length === 0) {
    return { because: 'untrusted', sentence: `It is signed with the key ${hint ?? '(not named)'}, which is not among the trusted ones.` }
  }
  const found = named.find(({ key }) => isSigned(bundle, statement, key))
  if (!found)
    return { because: 'broken', sentence: 'The signature is not that of a trusted key over these bytes: it or they were changed.' }
  const later = revocationOf(trust, found.key.id)
  if (later !== undefined) return { because: 'revoked', sentence: `The key ${found.key.id} was revoked: ${later}.` }
  const { name, key, may } = found
  return { may, signer: { name, by: 'key', key_id: key.id, identity: name, curve: key.curve.name } }
}

const NOT_OVER_THESE: Found = {
  because: 'broken',
  sentence: "The signature is not that of the certificate's key over these bytes: it or they were changed.",
}

function byCertificate(bundle: Bundle, statement: Statement, trust: Trust, ders: readonly Buffer[]): Found {
  const [leaf, ...others] = ders.map((der) => readCertificate(der)) as [X509Certificate, ...X509Certificate[]]
  const key = readPublicKey(keyOfCertificate(leaf), "The signer's key")
  if (!isSigned(bundle, statement, key)) return NOT_OVER_THESE
  const roots = trust.authorities.map(({ certificate }) => certificate)
  let chain: readonly X509Certificate[]
  try {
    chain = chainTo(leaf, others, roots)
  } catch (error) {
    return { because: 'untrusted', sentence: sentenceOf(error) }
  }
  const revoked = revocationOf(trust, key.id, chain)
  if (revoked !== undefined) return { because: 'revoked', sentence: `A certificate of the chain or its key was revoked: ${revoked}.` }
  const root = fingerprintOf(chain.at(-1) as X509Certificate)
  const names = identitiesOf(leaf)
  // An authority can write any name into a certificate: it makes nobody the holder of a key, or another authority.
  const taken = names.find((one) => trust.keys.some(({ name }) => name === one) || trust.authorities.some(({ name }) => name === one))
  if (taken !== undefined)
    return { because: 'untrusted', sentence: `The certificate is of '${taken}', which names something else in the trust file.` }
  for (const { name, certificate, identities, may } of trust.authorities) {
    if (fingerprintOf(certificate) !== root) continue
    const identity = identities === undefined ? names[0] : names.find((one) => identities.includes(one))
    if (identity !== undefined) return { may, signer: { name, by: 'certificate', key_id: key.id, identity, curve: key.curve.name } }
  }
  return { because: 'untrusted', sentence: `The certificate is of ${names.join(', ')}, who is not among those whose signatures count.` }
}

const NAMES_NOBODY: Found = {
  because: 'untrusted',
  sentence:
    'It is a keyless signature (Sigstore), of which everybody can make one, and nobody said whose count: name who signs and who vouches ' +
    'for them (millrace verify --certificate-identity and --certificate-oidc-issuer, or "sigstore" in the trust file).',
}

function byIdentity(bundle: Bundle, statement: Statement, trust: Trust, der: Buffer): Found {
  if (trust.identities.length === 0) return NAMES_NOBODY
  if (!trust.keyless) {
    return { because: 'unsupported', sentence: 'It is a keyless signature (Sigstore), and what checks these was not loaded here.' }
  }
  const leaf = readCertificate(der)
  const key = readPublicKey(keyOfCertificate(leaf), "The signer's key")
  if (!isSigned(bundle, statement, key)) return NOT_OVER_THESE
  const revoked = revocationOf(trust, key.id, [leaf])
  if (revoked !== undefined) return { because: 'revoked', sentence: `The certificate or its key was revoked: ${revoked}.` }
  const names = identitiesOf(leaf)
  let sentence = ''
  for (const root of new Set(trust.identities.map(({ trusted_root }) => trusted_root))) {
    const proven = trust.keyless(bundle, root)
    if ('problem' in proven) {
      sentence ||= `It does not hold against the trusted root of Sigstore: ${proven.problem}.`
      continue
    }
    // Both readings of the certificate must agree, and letter by letter: an identity is no pattern.
    const found = trust.identities.find(
      ({ trusted_root, identity, issuer }) =>
        trusted_root === root && identity === proven.identity && names.includes(identity) && issuer === proven.issuer,
    )
    if (found) {
      const { name, identity, issuer, may } = found
      return { may, signer: { name, by: 'keyless', key_id: key.id, identity, issuer, curve: key.curve.name } }
    }
    sentence = `It is signed keylessly by ${proven.identity}, for whom ${proven.issuer} vouches: they are not among those who count.`
  }
  return { because: 'untrusted', sentence }
}

function isSigned({ envelope }: Bundle, statement: Statement, key: PublicKey): boolean {
  if (isSignedBy(key, preAuthenticated(envelope.payload, envelope.payload_type), envelope.signature)) return true
  // What model_signing 0.1 and 0.2 made: other bytes, and SHA-256 whatever the curve.
  if (!isModelSignature(statement) || statement.predicate_type === MODEL_SIGNATURE) return false
  const old = preAuthenticatedOld(envelope.payload)
  return isSignedBy(key, old, envelope.signature, 'sha256') || isSignedBy(key, old, envelope.signature)
}
