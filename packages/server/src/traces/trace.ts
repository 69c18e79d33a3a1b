import { record } from '../http/free-form.ts'
import { array, enumOf, int64, object, optional, type Schema, type Static, string, withDefault } from '../http/schema.ts'
import { Assessment } from './assessment.ts'
import { duration, timestamp } from './times.ts'

export const STATES = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const
export type State = (typeof STATES)[number]
/** The state of a trace of which only parts are known yet. */
export const IN_PROGRESS = STATES.indexOf('IN_PROGRESS')

/** Traces bring their payload with them. */
export const TRACE_BODY_MAX_BYTES = 16 * 2 ** 20
export const KEY_MAX = 250
/** Longer values of tags are cut, as MLflow cuts them: a trace is not lost for a long tag. */
export const TAG_VALUE_MAX = 8_000
const TEXT_MAX = 65_536
export const PAIRS_MAX = 1_000
const ASSESSMENTS_MAX = 1_000

/** The tags by which MLflow's clients know a trace's name, where its artifacts are, and where its spans are. */
export const NAME_TAG = 'mlflow.traceName'
export const LOCATION_TAG = 'mlflow.artifactLocation'
export const SPANS_TAG = 'mlflow.trace.spansLocation'
export const ARCHIVE_TAG = 'mlflow.trace.archiveLocation'
/** What `spans` says in table `trace`: clients keep them as artifacts, they are in rows here, or in a file that this server wrote. */
export const SPANS_ELSEWHERE = 0
export const SPANS_IN_ROWS = 1
export const SPANS_ARCHIVED = 2
/** Still in rows, and closed: a file of them is being written. */
export const SPANS_CLOSED = 3
/** The same as clients are told. */
export const SPANS_PLACES: readonly (string | undefined)[] = [undefined, 'TRACKING_STORE', 'ARCHIVE_REPO', 'TRACKING_STORE']
export const RUN_METADATA = 'mlflow.sourceRun'
/** Says that a client, and not only spans, told of the trace as a whole. */
export const FINALIZED_METADATA = 'mlflow.trace.infoFinalized'
export const USAGE_METADATA = 'mlflow.trace.tokenUsage'

/** Part of the path of a trace's artifacts, so nothing that could lead elsewhere. */
export const TraceId = string({ min: 1, max: 128, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/ })

export const Key = string({ min: 1, max: KEY_MAX })
const anyText = string({ max: 2 ** 20 })
/** A tag's value: cut where it is too long. */
export const TagValue: Schema<string> = { ...anyText, decode: (raw) => anyText.decode(raw).slice(0, TAG_VALUE_MAX) }

function pairs(value: Schema<string>): Schema<Record<string, string>> {
  const any = record(value, { max: PAIRS_MAX })
  return {
    ...any,
    decode(raw) {
      const decoded = any.decode(raw)
      for (const key of Object.keys(decoded)) Key.decode(key)
      return decoded
    },
  }
}

const Location = object({
  type: withDefault(enumOf(['MLFLOW_EXPERIMENT', 'INFERENCE_TABLE', 'TRACE_LOCATION_TYPE_UNSPECIFIED']), 'MLFLOW_EXPERIMENT'),
  mlflow_experiment: optional(object({ experiment_id: string({ min: 1, max: 256 }) })),
})

export { Location as TraceLocation }

/** What a trace is, without its spans. */
export const TraceInfo = object({
  trace_id: TraceId,
  client_request_id: optional(string({ max: 1_000 })),
  trace_location: Location,
  request_preview: optional(string({ max: TEXT_MAX })),
  response_preview: optional(string({ max: TEXT_MAX })),
  request_time: timestamp,
  execution_duration: optional(duration),
  state: withDefault(enumOf(STATES), 'STATE_UNSPECIFIED'),
  trace_metadata: withDefault(pairs(string({ max: TEXT_MAX })), {}),
  assessments: withDefault(array(Assessment, { max: ASSESSMENTS_MAX }), []),
  tags: withDefault(pairs(TagValue), {}),
})
export type TraceInfo = Static<typeof TraceInfo>

export const Pair = object({ key: Key, value: withDefault(string({ max: TEXT_MAX }), '') })

/** What a trace is, in the words of MLflow before version 3. */
export const TraceInfoV2 = object({
  request_id: string(),
  experiment_id: string(),
  timestamp_ms: int64(),
  execution_time_ms: optional(int64()),
  status: enumOf(['TRACE_STATUS_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS']),
  request_metadata: array(Pair),
  tags: array(Pair),
})

/** The same trace as clients before version 3 know it. */
export function toV2(info: TraceInfo): Static<typeof TraceInfoV2> {
  return {
    request_id: info.trace_id,
    experiment_id: info.trace_location.mlflow_experiment?.experiment_id ?? '',
    timestamp_ms: info.request_time,
    execution_time_ms: info.execution_duration,
    status: info.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : info.state,
    request_metadata: Object.entries(info.trace_metadata).map(([key, value]) => ({ key, value })),
    tags: Object.entries(info.tags).map(([key, value]) => ({ key, value })),
  }
}

export const fromPairs = (list: readonly { key: string; value: string }[]): Record<string, string> =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]))
