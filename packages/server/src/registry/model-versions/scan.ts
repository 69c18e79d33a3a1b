import { read } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { object } from '../../http/schema.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { verdictOf } from '../scans/index.ts'
// By its own file: rooms behind the front door come back here while they are being loaded.
import { Verdict } from '../scans/verdict.ts'
import { versionByNumber } from './version-store.ts'

export const getModelVersionScan = read({
  route: 'GET /api/2.0/millrace/model-versions/scan',
  summary: "Get what a scan found in a model version's files",
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }) },
  input: object({ name: RegisteredName, version: VersionNumber }),
  output: object({ scan: Verdict }),
  async handler(db, { name, version }) {
    const verdict = await verdictOf(db, (await versionByNumber(db, name, version)).id)
    if (verdict) return { scan: verdict }
    throw missing(`Nobody has looked at the files of Model Version (name=${name}, version=${version}) yet, or this server has none of it.`)
  },
})
