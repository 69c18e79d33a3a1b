import { KINDS, summaryOf } from '@millrace/sign'
import { boolean, enumOf, int64, object, optional, type Static, string } from '../../http/schema.ts'
import type { Attestation as Known } from '../signatures/index.ts'

/** The digest of a bundle, by which an attestation is named. */
export const AttestationId = string({ pattern: /^[0-9a-f]{64}$/, description: "SHA-256 of the bundle's text, in hex" })

/** What a signed statement says, and whether it counts now. */
export const Attestation = object({
  attestation_id: AttestationId,
  kind: enumOf(KINDS),
  predicate_type: string(),
  summary: string({ description: 'For people: what it says' }),
  valid: boolean({ description: "Whether the signature is a trusted signer's now, and about the version's files" }),
  problem: optional(string({ description: 'Why it is not valid' })),
  signer: optional(
    object({
      name: string({ description: 'Of the key or the authority in the trust file; `server` is this server' }),
      identity: string({ description: 'Who the certificate is for' }),
      key_id: string({ description: 'SHA-256 of the public key as PEM, in hex' }),
      issuer: optional(string({ description: 'The OpenID Connect issuer that vouches for the identity, where it signed keylessly' })),
    }),
  ),
  received_by: optional(string()),
  received_ms: int64({ description: 'Milliseconds since 1970' }),
})
export type Attestation = Static<typeof Attestation>

/** As the wire has it. */
export function attestationToWire({ row, checked }: Known): Attestation {
  return {
    attestation_id: row.sha256,
    kind: row.kind,
    predicate_type: row.predicate_type,
    summary: checked.ok ? summaryOf(checked.statement) : '',
    valid: checked.ok,
    problem: checked.ok ? undefined : checked.sentence,
    signer: checked.ok ? checked.signer : undefined,
    received_by: row.received_by || undefined,
    received_ms: row.received_ms,
  }
}
