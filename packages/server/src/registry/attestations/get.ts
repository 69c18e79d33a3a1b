import { read } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object, string } from '../../http/schema.ts'
import { versionByNumber } from '../model-versions/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { attestationOf } from '../signatures/index.ts'
import { Attestation, AttestationId, attestationToWire } from './attestation.ts'

export const getAttestation = read({
  route: 'GET /api/2.0/millrace/attestations/get',
  summary: 'Get an attestation of a model version with its bundle, which can be checked without this server',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber, attestation_id: AttestationId }),
  output: object({ attestation: Attestation, bundle: string() }),
  async handler(db, { name, version, attestation_id }) {
    const { id } = await versionByNumber(db, name, version)
    const found = await attestationOf(db, id, attestation_id)
    if (!found) throw missing(`Model Version (name=${name}, version=${version}) has no attestation ${attestation_id}.`)
    return { attestation: attestationToWire(found), bundle: found.row.bundle }
  },
})
