/** Signatures and other attestations of versions: gates ask who signed, scans and approvals are attested and shown here. */
export { type Attestation, attestationOf, attestationsOf, signersOf } from './attestations-of.ts'
export { attestOwn, copyAttestations, forgetAttestations, receiveAttestation } from './keep-attestation.ts'
export { type ReservedTag, setReservedTag } from './reserved-tags.ts'
export { TrustWatch } from './trust-watch.ts'
export { holdTrusted, type Trusted } from './trusted.ts'
