import { bulk, command, query, type Reader, type Value, type Writer } from '../db/handles.ts'
import { type ApiError, invalid, missing } from '../http/errors.ts'
import { internKeys } from '../tracking/entity-keys.ts'

/** A trace's row. `id` and `experiment` are the small integers inside. */
export type TraceRow = {
  readonly id: number
  readonly trace_id: string
  readonly experiment: number
  readonly start_ms: number
  readonly duration_ms: number | null
  readonly state: number
  readonly name: string | null
  readonly client_request_id: string | null
  readonly request_preview: string | null
  readonly response_preview: string | null
  readonly finalized: number
  readonly spans: number
}
export type NewTrace = Omit<TraceRow, 'id'>

export const TRACE_COLUMNS =
  't.id, t.trace_id, t.experiment, t.start_ms, t.duration_ms, t.state, t.name, t.client_request_id, t.request_preview, ' +
  't.response_preview, t.finalized, t.spans'

const BY_ID = query<TraceRow>(`select ${TRACE_COLUMNS} from trace t where t.trace_id = ?`)
const BY_ID_LOCKED = query<TraceRow>((dialect) => `select ${TRACE_COLUMNS} from trace t where t.trace_id = ? ${dialect.lockRow}`)
const BY_IDS = query<TraceRow>((dialect) => `select ${TRACE_COLUMNS} from trace t where ${dialect.inTexts('t.trace_id')}`)
const INSERT = query<{ id: number }>(
  `insert into trace (trace_id, experiment, start_ms, duration_ms, state, name, client_request_id, request_preview, response_preview,
     finalized, spans)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (trace_id) do nothing returning id`,
)
const UPDATE = command(
  `update trace set experiment = ?, start_ms = ?, duration_ms = ?, state = ?, name = ?, client_request_id = ?, request_preview = ?,
     response_preview = ?, finalized = ?, spans = ? where id = ?`,
)
const SET_TAGS = bulk(
  'insert into trace_tag (trace, key, value) values (?, ?, ?) on conflict (trace, key) do update set value = excluded.value',
  'iit',
)
const SET_METADATA = bulk(
  'insert into trace_metadata (trace, key, value) values (?, ?, ?) on conflict (trace, key) do update set value = excluded.value',
  'iit',
)
const SET_NAME = command('update trace set name = ? where id = ?')
const DELETE_TAG = command('delete from trace_tag where trace = ? and key = ?')
const LINK_RUN = bulk('insert into trace_run (run, trace) values (?, ?) on conflict (run, trace) do nothing', 'ii')
const LINK_PROMPT = bulk(
  'insert into trace_prompt (trace, name, version) values (?, ?, ?) on conflict (trace, name, version) do nothing',
  'itt',
)
const DELETE_BY_IDS = command((dialect) => `delete from trace where experiment = ? and start_ms <= ? and ${dialect.inTexts('trace_id')}`)
const DELETE_OLDEST = command(
  `delete from trace where id in (select id from trace where experiment = ? and start_ms <= ? order by start_ms, trace_id limit ?)`,
)

export const noSuchTrace = (trace_id: string): ApiError =>
  missing(`Trace with ID '${trace_id}' not found: it was never here, or it was deleted.`)

/** A trace's row, or undefined. */
export async function findTrace(db: Reader, trace_id: string): Promise<TraceRow | undefined> {
  return db.get(BY_ID, trace_id)
}

/** A trace's row. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function traceRow(db: Reader, trace_id: string): Promise<TraceRow> {
  const row = await db.get(BY_ID, trace_id)
  if (!row) throw noSuchTrace(trace_id)
  return row
}

/** A trace that stays until the commit. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function heldTrace(tx: Writer, trace_id: string): Promise<TraceRow> {
  const row = await tx.get(BY_ID_LOCKED, trace_id)
  if (!row) throw noSuchTrace(trace_id)
  return row
}

/** The traces of these ids that there are, in the order of the ids. */
export async function traceRows(db: Reader, trace_ids: readonly string[]): Promise<TraceRow[]> {
  const rows = new Map((await db.all(BY_IDS, db.dialect.list([...new Set(trace_ids)]))).map((row) => [row.trace_id, row]))
  return [...new Set(trace_ids)].map((trace_id) => rows.get(trace_id)).filter((row) => row !== undefined)
}

/**
 * Makes a trace, or changes the one that is there: a client's account of a trace and its spans come in any order.
 * @param merged what becomes of the row that is there already, its experiment too: whose trace it may be is for the caller to say,
 * by {@link refuseElsewhere}
 */
export async function putTrace(tx: Writer, trace: NewTrace, merged: (before: TraceRow) => NewTrace): Promise<TraceRow> {
  const made = await tx.get(INSERT, trace.trace_id, trace.experiment, ...changeable(trace))
  if (made) return { ...trace, id: made.id }
  const before = await heldTrace(tx, trace.trace_id)
  const after = merged(before)
  await tx.run(UPDATE, after.experiment, ...changeable(after), before.id)
  return { ...after, id: before.id }
}

/**
 * MLflow's clients send the spans of one trace to several experiments, where a destination was set for its root alone; what they say of
 * the trace in the end decides. On a server without login that is so here too. Where users sign in, leave was asked for the experiment
 * of the request only, so a trace of another one is neither moved nor added to: it may be somebody else's.
 * @throws ApiError INVALID_PARAMETER_VALUE
 */
export function refuseElsewhere(before: TraceRow, experiment: number): void {
  if (before.experiment === experiment) return
  throw invalid(`Trace '${before.trace_id}' is in another experiment already: send it there, or give it another id.`)
}

const changeable = (trace: NewTrace): Value[] => [
  trace.start_ms,
  trace.duration_ms,
  trace.state,
  trace.name,
  trace.client_request_id,
  trace.request_preview,
  trace.response_preview,
  trace.finalized,
  trace.spans,
]

/** Tags or metadata of traces on their way in: `[trace, key, value]`. */
export type Pairs = readonly (readonly [trace: number, key: string, value: string])[]

/** Sets tags; the others stay. */
export const putTags = (tx: Writer, pairs: Pairs): Promise<void> => put(tx, SET_TAGS, pairs)
/** Sets metadata; the others stay. */
export const putMetadata = (tx: Writer, pairs: Pairs): Promise<void> => put(tx, SET_METADATA, pairs)

async function put(tx: Writer, statement: typeof SET_TAGS, pairs: Pairs): Promise<void> {
  if (pairs.length === 0) return
  const keys = await internKeys(
    tx,
    pairs.map(([, key]) => key),
  )
  const last = new Map(pairs.map((pair) => [`${pair[0]} ${pair[1]}`, pair]))
  await tx.runMany(
    statement,
    [...last.values()].map(([trace, key, value]) => [trace, keys.get(key) as number, value]),
  )
}

export async function setTraceName(tx: Writer, trace: number, name: string | null): Promise<void> {
  await tx.run(SET_NAME, name, trace)
}

/** Removes a tag; gives whether it was there. */
export async function dropTag(tx: Writer, trace: number, key: number): Promise<boolean> {
  return (await tx.run(DELETE_TAG, trace, key)) > 0
}

export async function linkToRun(tx: Writer, run: number, traces: readonly number[]): Promise<void> {
  await tx.runMany(
    LINK_RUN,
    traces.map((trace) => [run, trace]),
  )
}

export async function linkPrompts(tx: Writer, trace: number, prompts: readonly { name: string; version: string }[]): Promise<void> {
  await tx.runMany(
    LINK_PROMPT,
    prompts.map(({ name, version }) => [trace, name, version]),
  )
}

/** Which traces of an experiment go: those with these ids, or the oldest. */
export type Deletion = {
  readonly trace_ids: readonly string[]
  readonly max_start_ms: number | undefined
  readonly count: number | undefined
}

/** Removes traces with all that belongs to them; gives how many there were. */
export async function deleteTraces(tx: Writer, experiment: number, { trace_ids, max_start_ms, count }: Deletion): Promise<number> {
  const until = max_start_ms ?? Number.MAX_SAFE_INTEGER
  if (trace_ids.length > 0) return tx.run(DELETE_BY_IDS, experiment, until, tx.dialect.list(trace_ids.slice(0, count)))
  return tx.run(DELETE_OLDEST, experiment, until, count ?? Number.MAX_SAFE_INTEGER)
}
