import { artifactPath, artifactStores, sendArtifact } from '../artifacts/index.ts'
import type { Settings } from '../config.ts'
import { type Exchange, type StreamAnswer, stream } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { type Field, object, optional } from '../http/schema.ts'
import { artifactLocations } from '../tracking/experiments/index.ts'
import { readContents } from './archive/read-contents.ts'
import { artifactUriOf } from './start-trace.ts'
import { SPANS_ELSEWHERE, TraceId } from './trace.ts'
import { type TraceRow, traceRow } from './trace-store.ts'

const FILE = 'traces.json'

const RequestId: Field<string> = {
  ...TraceId,
  fallback() {
    throw new ApiError('BAD_REQUEST', 'Request must include the "request_id" query parameter.')
  },
}

export const getTraceArtifact = stream({
  route: 'GET /ajax-api/2.0/mlflow/get-trace-artifact',
  also: ['GET /ajax-api/3.0/mlflow/get-trace-artifact'],
  summary: "Download a trace's spans as MLflow's page and clients read them, or an attachment of the trace",
  access: { permission: 'read', on: ({ request_id }) => ({ trace: request_id }) },
  input: object({ request_id: RequestId, path: optional(artifactPath) }),
  answers: 'traces.json: {"spans": [...]}; with `path`, the attachment of that name',
  async handler({ request_id, path }, { settings }, exchange) {
    const trace = await traceRow(exchange.db, request_id)
    if (trace.spans !== SPANS_ELSEWHERE && !path) return storedSpans(exchange, trace, settings)
    const location = (await artifactLocations(exchange.db, [trace.experiment])).get(trace.experiment) as string
    const place = artifactStores(settings).at(artifactUriOf(location, request_id))
    const answer = await sendArtifact(place, path ? ['attachments', ...path.segments] : [FILE], exchange)
    return path ? answer : { ...answer, headers: { ...answer.headers, ...DOWNLOAD } }
  },
})

const DOWNLOAD = { 'content-disposition': `attachment; filename=${FILE}` }

async function storedSpans({ db }: Exchange, trace: TraceRow, settings: Settings): Promise<StreamAnswer> {
  const contents = (await readContents(db, [trace], settings)).get(trace.id) ?? []
  return {
    headers: { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff', ...DOWNLOAD },
    body: Buffer.from(`{"spans":[${contents.join(',')}]}`),
  }
}
