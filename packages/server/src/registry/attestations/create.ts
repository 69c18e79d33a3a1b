import { write } from '../../http/endpoint.ts'
import { object, string } from '../../http/schema.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { receiveAttestation } from '../signatures/index.ts'
import { Attestation, attestationToWire } from './attestation.ts'

/** A signature over 30,000 files. */
const BUNDLE_MAX = 8 * 2 ** 20

export const createAttestation = write({
  route: 'POST /api/2.0/millrace/attestations/create',
  summary: "Give a model version a signature or another attestation, if a trusted signer's and about its files",
  access: { permission: 'edit', on: ({ name }) => ({ registered_model: name }) },
  input: object({
    name: RegisteredName,
    version: VersionNumber,
    bundle: string({ min: 1, max: BUNDLE_MAX, description: 'A Sigstore bundle as JSON, as `millrace sign` and `model_signing` write it' }),
  }),
  output: object({ attestation: Attestation }),
  body_max_bytes: BUNDLE_MAX * 2,
  async handler(tx, { name, version, bundle }, { now_ms, user }) {
    const { id } = await versionByNumber(tx, name, version)
    return { attestation: attestationToWire(await receiveAttestation(tx, id, bundle, user, now_ms)) }
  },
})
