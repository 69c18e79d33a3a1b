import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import { IN_PROGRESS, SPANS_ARCHIVED, SPANS_CLOSED, SPANS_IN_ROWS } from '../trace.ts'
import { TRACE_COLUMNS, type TraceRow } from '../trace-store.ts'

/** Where the contents of a trace's spans are, and the digest of the file. */
export type Archived = { readonly trace_id: string; readonly location: string; readonly sha256: string; readonly bytes: number }

type Old = TraceRow & { artifact_location: string }
const IN_ROWS = `(${SPANS_IN_ROWS}, ${SPANS_CLOSED})`

const OLD = query<Old>(
  `select ${TRACE_COLUMNS}, e.artifact_location from trace t join experiment e on e.id = t.experiment
   where t.id > ? and t.id <= ? and t.spans in ${IN_ROWS} and t.state <> ${IN_PROGRESS} and t.start_ms < ? order by t.id limit ?`,
)
const STRETCH = query<{ last: number | null }>('select max(id) as last from (select id from trace where id > ? order by id limit ?) x')
const CLOSE = command(`update trace set spans = ${SPANS_CLOSED} where id = ? and spans in ${IN_ROWS}`)
const FIND = query<Archived>(
  (dialect) => `select trace_id, location, sha256, bytes from trace_archive where ${dialect.inTexts('trace_id')}`,
)
const PUT = command(
  `insert into trace_archive (trace_id, location, sha256, bytes, archived_ms) values (?, ?, ?, ?, ?)
   on conflict (trace_id) do update set location = excluded.location, sha256 = excluded.sha256, bytes = excluded.bytes,
     archived_ms = excluded.archived_ms`,
)
const EMPTY = command("update span set content = '' where trace = ?")
const MARK = command(`update trace set spans = ${SPANS_ARCHIVED} where id = ? and spans = ${SPANS_CLOSED}`)
const LEFT = query<Archived>(
  `select a.trace_id, a.location, a.sha256, a.bytes from trace_archive a
   where not exists (select 1 from trace t where t.trace_id = a.trace_id and t.spans = ${SPANS_ARCHIVED}) order by a.trace_id`,
)
const DROP = command('delete from trace_archive where trace_id = ? and sha256 = ?')

/** The last inner id of the next so many traces behind one; undefined when there are none. */
export const endOfStretch = async (db: Reader, after: number, count: number): Promise<number | undefined> =>
  (await db.get(STRETCH, after, count))?.last ?? undefined

/** Traces within a stretch of inner ids that ended and began before a time, with their experiments' locations. */
export const tracesBefore = (db: Reader, after: number, last: number, before_ms: number, count: number): Promise<Old[]> | Old[] =>
  db.all(OLD, after, last, before_ms, count)

/** From this commit on the trace takes no more spans: whoever reads them reads the same. False when that was done already, to the end. */
export const closeSpans = async (tx: Writer, trace: number): Promise<boolean> => (await tx.run(CLOSE, trace)) > 0

/** Where the spans of these traces are, by the traces' ids. */
export async function archivesOf(db: Reader, trace_ids: readonly string[]): Promise<Map<string, Archived>> {
  if (trace_ids.length === 0) return new Map()
  return new Map((await db.all(FIND, db.dialect.list(trace_ids))).map((one) => [one.trace_id, one]))
}

/** From this commit on a closed trace's spans are in the file; what searches look at besides them stays. False if it is not closed. */
export async function putArchived(tx: Writer, trace: number, archived: Archived, now_ms: number): Promise<boolean> {
  if ((await tx.run(MARK, trace)) === 0) return false
  const { trace_id, location, sha256, bytes } = archived
  await tx.run(PUT, trace_id, location, sha256, bytes, now_ms)
  await tx.run(EMPTY, trace)
  return true
}

/** Files whose traces were deleted. */
export const leftArchives = (db: Reader): Promise<Archived[]> | Archived[] => db.all(LEFT)

export async function forgetArchive(tx: Writer, { trace_id, sha256 }: Archived): Promise<void> {
  await tx.run(DROP, trace_id, sha256)
}
