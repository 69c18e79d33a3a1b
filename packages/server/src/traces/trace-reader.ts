import { query, type Reader } from '../db/handles.ts'
import { keyNames } from '../tracking/entity-keys.ts'
import { assessmentsOf } from './assessment-store.ts'
import {
  ARCHIVE_TAG,
  LOCATION_TAG,
  NAME_TAG,
  SPANS_ARCHIVED,
  SPANS_PLACES,
  SPANS_TAG,
  STATES,
  type State,
  type TraceInfo,
} from './trace.ts'
import type { TraceRow } from './trace-store.ts'

type Pair = [trace: number, key: number, value: string]
const TAGS = query<Pair>((dialect) => `select trace, key, value from trace_tag where ${dialect.inIntegers('trace')}`)
const METADATA = query<Pair>((dialect) => `select trace, key, value from trace_metadata where ${dialect.inIntegers('trace')}`)

/** Rows as the wire shows them, with tags, metadata and assessments: three queries for all of them. */
export async function tracesToWire(db: Reader, rows: readonly TraceRow[]): Promise<TraceInfo[]> {
  if (rows.length === 0) return []
  const ids = db.dialect.list(rows.map((row) => row.id))
  const tags = await db.tuples(TAGS, ids)
  const metadata = await db.tuples(METADATA, ids)
  const keys = new Set<number>()
  for (const [, key] of tags) keys.add(key)
  for (const [, key] of metadata) keys.add(key)
  const nameOf = await keyNames(db, keys)
  const tagsOf = grouped(tags, nameOf)
  const metadataOf = grouped(metadata, nameOf)
  const assessments = await assessmentsOf(db, rows)
  return rows.map((row) => {
    const of_trace = tagsOf.get(row.id) ?? {}
    if (row.name !== null) of_trace[NAME_TAG] = row.name
    const place = SPANS_PLACES[row.spans]
    if (place) of_trace[SPANS_TAG] = place
    if (row.spans === SPANS_ARCHIVED) of_trace[ARCHIVE_TAG] = of_trace[LOCATION_TAG] ?? ''
    return {
      trace_id: row.trace_id,
      client_request_id: row.client_request_id ?? undefined,
      trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: String(row.experiment) } },
      request_preview: row.request_preview ?? undefined,
      response_preview: row.response_preview ?? undefined,
      request_time: row.start_ms,
      execution_duration: row.duration_ms ?? undefined,
      state: STATES[row.state] as State,
      trace_metadata: metadataOf.get(row.id) ?? {},
      assessments: assessments.get(row.id) ?? [],
      tags: of_trace,
    }
  })
}

/** One trace on the wire. */
export async function traceToWire(db: Reader, row: TraceRow): Promise<TraceInfo> {
  return (await tracesToWire(db, [row]))[0] as TraceInfo
}

function grouped(pairs: readonly Pair[], nameOf: (key: number) => string): Map<number, Record<string, string>> {
  const out = new Map<number, Record<string, string>>()
  for (const [trace, key, value] of pairs) {
    let of_trace = out.get(trace)
    if (!of_trace) {
      of_trace = Object.create(null) as Record<string, string>
      out.set(trace, of_trace)
    }
    of_trace[nameOf(key)] = value
  }
  return out
}
