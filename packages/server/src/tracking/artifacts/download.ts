import { artifactPath, sendArtifact } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { alias, object, string } from '../../http/schema.ts'
import { runPlace } from './run-place.ts'

export const downloadRunArtifact = stream({
  route: 'GET /get-artifact',
  summary: 'Download an artifact of a run',
  access: { permission: 'read', on: ({ run_id }) => ({ run: run_id }) },
  input: object({ run_id: alias(string({ min: 1 }), 'run_uuid'), path: artifactPath }),
  answers: "The artifact's bytes, or the range of them that was asked for",
  handler: async ({ run_id, path }, context, exchange) =>
    sendArtifact(await runPlace(exchange.db, run_id, context), path.segments, exchange),
})
