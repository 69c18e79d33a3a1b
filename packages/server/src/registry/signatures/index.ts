import type { Endpoint } from '../../http/endpoint.ts'
import { createAttestation } from './create.ts'
import { getAttestation } from './get.ts'
import { listAttestations } from './list.ts'

/** Signatures and other attestations of versions: gates ask who signed, scans and approvals are attested and shown here. */
export { type Attestation, attestationsOf, signersOf } from './attestations-of.ts'
export { attestOwn, copyAttestations, forgetAttestations } from './keep-attestation.ts'
export { type ReservedTag, setReservedTag } from './reserved-tags.ts'
export { TrustWatch } from './trust-watch.ts'
export { holdTrusted, type Trusted } from './trusted.ts'

/** Attestations of versions, over the wire. */
export const attestationEndpoints: readonly Endpoint[] = [createAttestation, getAttestation, listAttestations]
