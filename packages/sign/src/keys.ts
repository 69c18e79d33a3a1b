import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { SignatureProblem } from './problem.ts'

/** The curves of OpenSSF model signing, by OpenSSL's names, with the hash that goes with each. */
const CURVES = {
  prime256v1: { name: 'P-256', hash: 'sha256', bytes: 32 },
  secp384r1: { name: 'P-384', hash: 'sha384', bytes: 48 },
  secp521r1: { name: 'P-521', hash: 'sha512', bytes: 66 },
} as const

export type CurveName = 'P-256' | 'P-384' | 'P-521'
type Curve = { readonly name: CurveName; readonly hash: 'sha256' | 'sha384' | 'sha512'; readonly bytes: number }

/** A key that signatures are checked with. */
export type PublicKey = {
  readonly key: KeyObject
  readonly curve: Curve
  /** As PEM in the one spelling in which `id` is computed. */
  readonly pem: string
  /** SHA-256 of the PEM text, in hex: the hint in bundles, and the name by which keys are told apart. */
  readonly id: string
}

/** A public key from PEM: it may also be a private key or a certificate, of which the public half is taken. @throws SignatureProblem */
export function readPublicKey(pem: string | KeyObject, what = 'The key'): PublicKey {
  let key: KeyObject
  try {
    key = typeof pem === 'string' ? createPublicKey(pem) : pem
  } catch (error) {
    throw new SignatureProblem(`${what} can't be read: a public key as PEM is needed (BEGIN PUBLIC KEY).`, { cause: error })
  }
  const curve = curveOf(key, what)
  // By way of the coordinates, so that a point that was written in another form has the same id.
  const plain = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' })
  const text = plain.export({ type: 'spki', format: 'pem' }) as string
  return { key: plain, curve, pem: text, id: createHash('sha256').update(text).digest('hex') }
}

/** @throws SignatureProblem when it is a key that model signatures aren't made with */
export function curveOf(key: KeyObject, what = 'The key'): Curve {
  const name = key.asymmetricKeyDetails?.namedCurve ?? ''
  if (key.asymmetricKeyType === 'ec' && name in CURVES) return CURVES[name as keyof typeof CURVES]
  const is = key.asymmetricKeyType === 'ec' ? `a key on the curve ${name}` : `an ${key.asymmetricKeyType ?? 'unknown'} key`
  throw new SignatureProblem(`${what} is ${is}; model signatures are made on P-256, P-384 or P-521 (millrace keys make).`)
}

/** Whether the signature (ECDSA, as DER) is the key's over these bytes. */
export function isSignedBy({ key, curve }: Pick<PublicKey, 'key' | 'curve'>, bytes: Buffer, signature: Buffer, hash = curve.hash): boolean {
  try {
    return verify(hash, bytes, key, signature)
  } catch {
    return false
  }
}
