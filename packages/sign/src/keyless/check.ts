import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { PolicyError, toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify'
import type { Bundle } from '../bundle.ts'
import type { Unchecked } from '../json.ts'
import type { Proven } from '../keyless-check.ts'
import { readTimes } from './time-of.ts'

const verifiers = new WeakMap<Unchecked, Verifier>()

/** What a keyless signature proves: checked are the certificate's chain, its entry in a log, the signature's in another, and the time. */
export function proven(bundle: Bundle, trusted_root: Unchecked): Proven {
  try {
    const read = bundleFromJSON(bundle.json)
    // Who signed is told of the bytes that the rest of this package reads, and of no others.
    if (read.content.$case !== 'dsseEnvelope' || !read.content.dsseEnvelope.payload.equals(bundle.envelope.payload)) {
      return { problem: 'it is read in two ways' }
    }
    const entity = toSignedEntity(read)
    readTimes(entity)
    const { identity } = verifierOf(trusted_root).verify(entity)
    const [by, issuer] = [identity?.subjectAlternativeName, identity?.extensions?.issuer]
    return by && issuer ? { identity: by, issuer } : { problem: 'its certificate tells no identity, or not who vouches for it' }
  } catch (error) {
    if (error instanceof VerificationError || error instanceof PolicyError) return { problem: error.message }
    // The library throws errors of many kinds on what is malformed.
    return { problem: `it can't be read (${(error as Error).message.slice(0, 300)})` }
  }
}

function verifierOf(trusted_root: Unchecked): Verifier {
  const known = verifiers.get(trusted_root)
  if (known) return known
  const made = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(trusted_root)))
  verifiers.set(trusted_root, made)
  return made
}
