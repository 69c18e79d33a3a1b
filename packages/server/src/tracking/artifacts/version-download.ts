import { artifactPath } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { missing } from '../../http/errors.ts'
import { int64, object, string } from '../../http/schema.ts'

/** There are no registered models yet, so that there is nothing to hand out; a bad path is refused all the same. */
export const downloadVersionArtifact = stream({
  route: 'GET /model-versions/get-artifact',
  summary: 'Download an artifact of a registered model version',
  access: { public: 'there are no registered models yet, and the answer is the same for everyone' },
  input: object({ name: string({ min: 1 }), version: int64({ min: 1 }), path: artifactPath }),
  answers: "The artifact's bytes",
  async handler({ name, version }) {
    throw missing(`Model Version (name=${name}, version=${version}) not found.`)
  },
})
