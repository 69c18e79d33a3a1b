import { read } from '../../http/endpoint.ts'
import { array, object } from '../../http/schema.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { attestationsOf } from '../signatures/index.ts'
import { Attestation, attestationToWire } from './attestation.ts'

export const listAttestations = read({
  route: 'GET /api/2.0/millrace/attestations/list',
  summary: 'List the signatures and other attestations of a model version, and whether each is valid now',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({ attestations: array(Attestation) }),
  async handler(db, { name, version }) {
    const { id } = await versionByNumber(db, name, version)
    return { attestations: (await attestationsOf(db, id)).map(attestationToWire) }
  },
})
