import { artifactPath, type Incoming, incomingOf, invalidPath, writeThawed } from '../../artifacts/index.ts'
import { stream } from '../../http/endpoint.ts'
import { ApiError, invalid } from '../../http/errors.ts'
import { type Field, object, type Schema, string } from '../../http/schema.ts'
import { runPlace } from './run-place.ts'

const UPLOAD_MAX_BYTES = 10 * 2 ** 20

/** A field of this endpoint that is missing or empty is refused in a sentence of its own, which MLflow's clients know. */
function demanded<T>(field: Schema<T>, sentence: string): Field<T> {
  const refuse = (): never => {
    throw invalid(sentence)
  }
  return { ...field, decode: (raw) => (raw === '' ? refuse() : field.decode(raw)), fallback: refuse }
}

/** What MLflow's page uploads: a small artifact as the body itself. */
export const uploadRunArtifact = stream({
  route: 'POST /ajax-api/2.0/mlflow/upload-artifact',
  summary: 'Upload a small artifact of a run',
  access: { permission: 'edit', on: ({ run_uuid }) => ({ run: run_uuid }) },
  input: object({
    run_uuid: demanded(string(), 'Request must specify run_uuid.'),
    path: demanded(artifactPath, 'Request must specify path.'),
  }),
  answers: 'Nothing but {}',
  takes_body: true,
  uploads: true,
  async handler({ run_uuid, path }, context, exchange) {
    if (path.is_folder) throw invalidPath('it ends in a slash, and a file needs a name')
    const tooLarge = new ApiError('INVALID_PARAMETER_VALUE', 'Artifact size is too large. Max size is 10MB.')
    const incoming = await withData(incomingOf(exchange, UPLOAD_MAX_BYTES, tooLarge))
    const { store, folder } = await runPlace(exchange.db, run_uuid, context)
    await writeThawed(exchange.db, store, [...folder, ...path.segments], incoming)
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' }
  },
})

/** @throws ApiError INVALID_PARAMETER_VALUE when no byte comes */
async function withData({ fill, declared_bytes }: Incoming): Promise<Incoming> {
  const first = Buffer.alloc(1)
  if ((await fill(first)) === 0) throw invalid('Request must specify data.')
  let begun = false
  return {
    declared_bytes,
    fill: async (block) => {
      if (begun) return fill(block)
      begun = true
      first.copy(block)
      return block.length === 1 ? 1 : 1 + (await fill(block.subarray(1)))
    },
  }
}
