import type { Signer } from '@millrace/sign'
import type { Reader } from '../../db/handles.ts'
import type { WantedSigner } from '../policy/index.ts'
import { signersOf } from '../signatures/index.ts'

/** Whether one of those whom a policy wants signed a version, and is trusted now. */
export async function isSignedByOne(db: Reader, version: number, wanted: 'any' | readonly WantedSigner[]): Promise<boolean> {
  const signers = await signersOf(db, version)
  return wanted === 'any' ? signers.length > 0 : signers.some((signer) => wanted.some((one) => isWanted(signer, one)))
}

/**
 * A text names a key, an authority, or the person in a certificate of an authority. Who signs keylessly is known by the name in the trust
 * file, or by identity and issuer together: two issuers may know two people by the same address.
 */
function isWanted({ name, identity, issuer, by }: Signer, wanted: WantedSigner): boolean {
  if (typeof wanted !== 'string') return by === 'keyless' && identity === wanted.identity && issuer === wanted.issuer
  return name === wanted || (by !== 'keyless' && identity === wanted)
}
