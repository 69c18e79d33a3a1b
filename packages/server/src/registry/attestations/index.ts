import type { Endpoint } from '../../http/endpoint.ts'
import { createAttestation } from './create.ts'
import { getAttestation } from './get.ts'
import { listAttestations } from './list.ts'

/** Attestations of model versions, over the wire; what they are worth is known in `signatures/`. */
export const attestationEndpoints: readonly Endpoint[] = [createAttestation, getAttestation, listAttestations]
