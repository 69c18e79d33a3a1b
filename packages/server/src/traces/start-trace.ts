import type { Writer } from '../db/handles.ts'
import type { Context } from '../http/context.ts'
import { activeExperiment } from '../tracking/experiments/index.ts'
import { addAssessments } from './assessment-store.ts'
import { LOCATION_TAG, NAME_TAG, SPANS_TAG, STATES, type TraceInfo } from './trace.ts'
import { traceToWire } from './trace-reader.ts'
import { type NewTrace, putMetadata, putTags, putTrace, refuseElsewhere, type TraceRow } from './trace-store.ts'

/** Where the artifacts of a trace are: MLflow's clients put what they log there beside spans. */
export const artifactUriOf = (experiment_location: string, trace_id: string): string =>
  `${experiment_location.replace(/\/+$/, '')}/traces/${trace_id}/artifacts`

/**
 * Stores a client's account of a trace. Where spans came before it, what they said of the trace as a whole is replaced, and the trace
 * goes to the experiment that is named now, on a server without login.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE
 */
export async function startTrace(
  tx: Writer,
  experiment_id: string,
  info: TraceInfo,
  { now_ms, user }: Pick<Context, 'now_ms' | 'user'>,
): Promise<TraceInfo> {
  const experiment = await activeExperiment(tx, experiment_id)
  const { [NAME_TAG]: name = null, [SPANS_TAG]: _spans, ...tags } = info.tags
  const trace: NewTrace = {
    trace_id: info.trace_id,
    experiment: experiment.id,
    start_ms: info.request_time,
    duration_ms: info.execution_duration ?? null,
    state: STATES.indexOf(info.state),
    name,
    client_request_id: info.client_request_id ?? null,
    request_preview: info.request_preview ?? null,
    response_preview: info.response_preview ?? null,
    finalized: 1,
    spans: 0,
  }
  const row = await putTrace(tx, trace, (before) => {
    // Once a client said where the trace is, it stays there.
    if (user !== '' || before.finalized === 1) refuseElsewhere(before, experiment.id)
    return mergedWith(before, trace)
  })
  const location = artifactUriOf(experiment.artifact_location, info.trace_id)
  await putTags(tx, [...Object.entries(tags).map(([key, value]) => [row.id, key, value] as const), [row.id, LOCATION_TAG, location]])
  await putMetadata(
    tx,
    Object.entries(info.trace_metadata).map(([key, value]) => [row.id, key, value]),
  )
  if (info.assessments.length > 0) await addAssessments(tx, row, info.assessments, now_ms)
  return traceToWire(tx, row)
}

const mergedWith = (before: TraceRow, now: NewTrace): NewTrace => ({
  ...now,
  duration_ms: now.duration_ms ?? before.duration_ms,
  name: now.name ?? before.name,
  client_request_id: now.client_request_id ?? before.client_request_id,
  request_preview: now.request_preview ?? before.request_preview,
  response_preview: now.response_preview ?? before.response_preview,
  spans: before.spans,
})
