import type { Writer } from '../../db/handles.ts'
import { ApiError } from '../../http/errors.ts'
import { activeExperiment } from '../../tracking/experiments/index.ts'
import { findRun } from '../../tracking/runs/index.ts'
import type { SpanRow } from '../span.ts'
import { putSpans, usageOfTrace } from '../span-store.ts'
import { artifactUriOf } from '../start-trace.ts'
import { IN_PROGRESS, LOCATION_TAG, NAME_TAG, SPANS_IN_ROWS, STATES, TAG_VALUE_MAX, USAGE_METADATA } from '../trace.ts'
import {
  linkToRun,
  type NewTrace,
  type Pairs,
  putMetadata,
  putTags,
  putTrace,
  refuseElsewhere,
  type TraceRow,
  traceRows,
} from '../trace-store.ts'
import { INPUTS, OUTPUTS } from './conventions.ts'
import { type Attributes, notOtlp } from './otlp-span.ts'
import { withoutNul } from './span-row.ts'

const PREVIEW_MAX = 1_000
const TAG_PREFIX = 'mlflow.traceTag.'
const USER = 'user.id'
const SESSION = 'session.id'

/** A span with what only its trace needs of it. */
export type Arrived = { readonly row: SpanRow; readonly attributes: Attributes; readonly resource: Attributes }

/** Spans for an experiment, and who sends them; empty for the owner of a server without login. */
export type Ingestion = {
  readonly experiment_id: string
  readonly arrived: readonly Arrived[]
  readonly run_id: string | undefined
  readonly user: string
}

/**
 * Stores spans and what follows from them for their traces. A trace that is there stays in its experiment; where users sign in, spans for
 * one of another experiment are not taken, and none for a trace that is archived.
 * @returns how many were not taken
 */
export async function ingest(tx: Writer, { experiment_id, arrived, run_id, user }: Ingestion): Promise<number> {
  const experiment = await activeExperiment(tx, experiment_id)
  // In one order everywhere, so that writers of the same traces wait for each other instead of deadlocking.
  const by_trace = [...Map.groupBy(arrived, ({ row }) => row.trace_id)].sort(([a], [b]) => (a < b ? -1 : 1))
  const known = await traceRows(
    tx,
    by_trace.map(([trace_id]) => trace_id),
  )
  const elsewhere = new Set(known.filter((trace) => trace.experiment !== experiment.id).map(({ trace_id }) => trace_id))
  const archived = known.filter(({ spans }) => spans > SPANS_IN_ROWS).map(({ trace_id }) => trace_id)
  const closed = new Set([...archived, ...(user === '' ? [] : elsewhere)])
  const ids = new Map<string, number>()
  const tags: Pairs[number][] = []
  const metadata: Pairs[number][] = []
  for (const [trace_id, spans] of by_trace) {
    if (closed.has(trace_id)) continue
    const fresh = traceOf(spans, experiment.id)
    const { id, experiment: kept_in } = await putTrace(tx, fresh, (before) => {
      if (user !== '') refuseElsewhere(before, experiment.id)
      refuseClosed(before)
      return mergedWith(before, fresh, spans)
    })
    ids.set(trace_id, id)
    if (kept_in === experiment.id) tags.push([id, LOCATION_TAG, artifactUriOf(experiment.artifact_location, trace_id)])
    for (const [key, value] of tagsOf(spans)) tags.push([id, key, value])
    for (const [key, value] of metadataOf(spans)) metadata.push([id, key, value])
  }
  const taken = arrived.filter(({ row }) => ids.has(row.trace_id))
  await putSpans(
    tx,
    taken.map(({ row }) => row),
    ({ trace_id }) => ids.get(trace_id) as number,
  )
  for (const [trace_id, spans] of by_trace) {
    const id = ids.get(trace_id)
    if (id === undefined || !spans.some(({ row }) => row.usage)) continue
    // Once a client said what the trace used as a whole, that stays.
    if (known.some((trace) => trace.id === id && trace.finalized === 1)) continue
    metadata.push([id, USAGE_METADATA, JSON.stringify(await usageOfTrace(tx, id))])
  }
  await putTags(tx, tags)
  await putMetadata(tx, metadata)
  if (run_id !== undefined) await linkToRun(tx, (await findRun(tx, run_id)).id, [...ids.values()])
  return arrived.length - taken.length
}

/** It was open when its row was first looked at. @throws ApiError TEMPORARILY_UNAVAILABLE, which clients answer by sending again */
function refuseClosed({ trace_id, spans }: TraceRow): void {
  if (spans <= SPANS_IN_ROWS) return
  throw new ApiError('TEMPORARILY_UNAVAILABLE', `Trace '${trace_id}' is just being archived: send the spans again.`)
}

function rootOf(spans: readonly Arrived[]): Arrived | undefined {
  return spans.find(({ row }) => row.parent_id === null)
}

function traceOf(spans: readonly Arrived[], experiment: number): NewTrace {
  const [one] = spans
  if (!one) throw notOtlp('a trace has no spans.')
  const root = rootOf(spans)
  const start_ms = Math.floor(spans.reduce((least, { row }) => Math.min(least, row.start_us), one.row.start_us) / 1000)
  const end_ms = endOf(spans)
  return {
    trace_id: one.row.trace_id,
    experiment,
    start_ms,
    duration_ms: end_ms === undefined ? null : Math.max(0, end_ms - start_ms),
    state: root ? STATES.indexOf(root.row.status === 2 ? 'ERROR' : 'OK') : IN_PROGRESS,
    name: nameOf(root),
    client_request_id: null,
    request_preview: preview(root?.attributes.get(INPUTS)),
    response_preview: preview(root?.attributes.get(OUTPUTS)),
    finalized: 0,
    spans: 1,
  }
}

function endOf(spans: readonly Arrived[]): number | undefined {
  let end: number | undefined
  for (const { row } of spans) if (row.end_us !== null && (end === undefined || row.end_us > end)) end = row.end_us
  return end === undefined ? undefined : Math.floor(end / 1000)
}

/** What a client said of the trace as a whole stays; else it grows with its spans. */
function mergedWith(before: TraceRow, now: NewTrace, spans: readonly Arrived[]): NewTrace {
  const open = before.state === IN_PROGRESS || before.state === 0
  const said = {
    ...before,
    state: open && rootOf(spans) ? now.state : before.state,
    name: before.name ?? now.name,
    request_preview: before.request_preview ?? now.request_preview,
    response_preview: before.response_preview ?? now.response_preview,
    spans: 1,
  }
  if (before.finalized === 1) return said
  const start_ms = Math.min(before.start_ms, now.start_ms)
  const ends = [before, now].flatMap((one) => (one.duration_ms === null ? [] : [one.start_ms + one.duration_ms]))
  return { ...said, start_ms, duration_ms: ends.length === 0 ? null : Math.max(...ends) - start_ms }
}

const preview = (json: string | undefined): string | null => (json === undefined ? null : withoutNul(json.slice(0, PREVIEW_MAX)))

function plainText(json: string): string {
  const value: unknown = json.startsWith('"') ? JSON.parse(json) : json
  return withoutNul(String(value)).slice(0, TAG_VALUE_MAX)
}

function nameOf(root: Arrived | undefined): string | null {
  const said = root?.attributes.get(TAG_PREFIX + NAME_TAG)
  return said === undefined ? (root?.row.name ?? null) : plainText(said)
}

/** Tags: what is said of the program that sent the spans, and what the root span says to tag. */
function* tagsOf(spans: readonly Arrived[]): Generator<[key: string, value: string]> {
  const resource = spans.find((one) => one.resource.size > 0)?.resource ?? new Map<string, string>()
  for (const [key, value] of resource) {
    if (!key.startsWith('telemetry.sdk.') && !key.startsWith('mlflow.') && isKey(key)) yield [key, plainText(value)]
  }
  for (const [name, value] of rootOf(spans)?.attributes ?? []) {
    const key = name.startsWith(TAG_PREFIX) ? name.slice(TAG_PREFIX.length) : ''
    if (key !== NAME_TAG && isKey(key) && key !== LOCATION_TAG) yield [key, plainText(value)]
  }
}

const KEY_MAX = 250
const isKey = (key: string): boolean => key !== '' && key.length <= KEY_MAX && !key.includes('\0')

function* metadataOf(spans: readonly Arrived[]): Generator<[key: string, value: string]> {
  for (const [attribute, key] of [
    [USER, 'mlflow.trace.user'],
    [SESSION, 'mlflow.trace.session'],
  ] as const) {
    const value = spans.map(({ attributes }) => attributes.get(attribute)).find((one) => one !== undefined)
    if (value !== undefined) yield [key, plainText(value)]
  }
}
