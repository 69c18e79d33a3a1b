import { artifactPath, sendArtifact } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { object } from '../../http/schema.ts'
import { requireLoadable } from '../gates/index.ts'
import { digestOf, verifyFile } from '../manifests/index.ts'
import { RegisteredName, VersionNumber } from '../names.ts'
import { versionPlace } from './source-files.ts'
import { filesOf } from './source-owner.ts'
import { versionByNumber } from './version-store.ts'

/** Sends a file of a version. What is opened follows from what its source was recognized as, never from the source's text. */
export const getModelVersionArtifact = stream({
  route: 'GET /model-versions/get-artifact',
  summary: 'Download an artifact of a model version whose files this server keeps',
  access: { permission: 'read', on: ({ name }) => ({ registered_model: name }), reads: (input) => [filesOf(input)] },
  audited: true,
  input: object({ name: RegisteredName, version: VersionNumber, path: artifactPath }),
  answers: "The artifact's bytes, or the range of them that was asked for",
  async handler({ name, version, path }, context, exchange) {
    const row = await versionByNumber(exchange.db, name, version)
    const sha256 = await digestOf(exchange.db, row.id, path.segments.join('/'))
    await requireLoadable(exchange.db, row, context)
    const place = await versionPlace(exchange.db, row, context)
    await verifyFile(exchange.db, row, place, path.segments.join('/'))
    const answer = await sendArtifact(place, path.segments, exchange)
    if (sha256 === undefined || (answer.status ?? 200) >= 400) return answer
    // Of the whole file, also when a range of it is sent.
    const digest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
    return { ...answer, headers: { ...answer.headers, 'repr-digest': digest } }
  },
})
