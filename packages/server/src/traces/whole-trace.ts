import type { Settings } from '../config.ts'
import type { Reader } from '../db/handles.ts'
import { ApiError } from '../http/errors.ts'
import { array, object, optional, type Static } from '../http/schema.ts'
import { readContents } from './archive/read-contents.ts'
import { sizeOfSpans } from './span-store.ts'
import { OtlpSpanText, toOtlpJson } from './span-wire.ts'
import { TraceInfo } from './trace.ts'
import { tracesToWire } from './trace-reader.ts'
import type { TraceRow } from './trace-store.ts'

const SPANS_MAX_CHARACTERS = 64 * 2 ** 20

/** A trace with its spans; those that clients keep as artifacts (`traces.json`) are not among them. */
export const Trace = object({ trace_info: TraceInfo, spans: optional(array(OtlpSpanText)) })

/** Traces with their spans. @throws ApiError REQUEST_TOO_LARGE when those are too many for one answer */
export async function wholeTraces(db: Reader, rows: readonly TraceRow[], settings: Settings): Promise<Static<typeof Trace>[]> {
  const size = await sizeOfSpans(db, rows)
  if (size > SPANS_MAX_CHARACTERS) {
    throw new ApiError(
      'REQUEST_TOO_LARGE',
      `The spans of these ${rows.length} traces have ${size} characters, and one answer holds ${SPANS_MAX_CHARACTERS}: ask for fewer.`,
    )
  }
  const infos = await tracesToWire(db, rows)
  const spans = await readContents(db, rows, settings)
  return rows.map((row, at) => ({ trace_info: infos[at] as TraceInfo, spans: (spans.get(row.id) ?? []).map(toOtlpJson) }))
}
