import { artifactStores, incomingBytes } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Reader } from '../../db/handles.ts'
import { contentsOf } from '../span-store.ts'
import { artifactUriOf } from '../start-trace.ts'
import type { TraceRow } from '../trace-store.ts'
import { closeSpans, endOfStretch, forgetArchive, leftArchives, putArchived, tracesBefore } from './archive-store.ts'
import { digestOf, PAYLOAD_FILE, payloadOf } from './payload.ts'

/** What was moved, or would be. */
export type Archival = {
  traces: number
  bytes: number
  /** Traces whose spans stay in the database, and why. */
  readonly left: string[]
}

/** Which traces are old enough. */
export type Due = {
  /** Traces of no experiment that began at this time or later. */
  readonly before_ms: number
  /** The same of one experiment, where it is its own. */
  readonly of?: ReadonlyMap<number, number>
  /** At most so many. */
  readonly max?: number
  /** Asked before each trace. */
  readonly goOn?: () => boolean
}

const AT_ONCE = 50
/** So many traces are looked at in one go: those that were archived before cost little, and there may be millions. */
const STRETCH = 2_000
const LEFT_MAX = 100

/**
 * Moves the contents of old traces' spans from the database to files among the traces' artifacts, where all of MLflow's clients find them.
 * A trace is closed before its spans are read, so that whoever archives it at the same time writes the same, and a file is there before the
 * commit that refers to it: what is interrupted is finished by the next call.
 */
export async function archiveTraces(db: Database, settings: Settings, due: Due, dry_run: boolean): Promise<Archival> {
  const archival: Archival = { traces: 0, bytes: 0, left: [] }
  const newest_ms = Math.max(due.before_ms, ...(due.of?.values() ?? []))
  for (let after = 0; ; ) {
    const last = await endOfStretch(db.reader, after, STRETCH)
    if (last === undefined) return archival
    const rows = await tracesBefore(db.reader, after, last, newest_ms, AT_ONCE)
    for (const row of rows) {
      if (due.goOn?.() === false || archival.traces >= (due.max ?? Number.POSITIVE_INFINITY)) return archival
      if (row.start_ms < (due.of?.get(row.experiment) ?? due.before_ms)) await archiveOrTell(db, settings, row, dry_run, archival)
    }
    after = rows.length < AT_ONCE ? last : (rows.at(-1)?.id ?? last)
    await aMoment()
  }
}

type Old = TraceRow & { artifact_location: string }

async function archiveOrTell(db: Database, settings: Settings, row: Old, dry_run: boolean, archival: Archival): Promise<void> {
  try {
    await archiveOne(db, settings, row, dry_run, archival)
  } catch (error) {
    if (archival.left.length < LEFT_MAX) archival.left.push(`the spans of trace ${row.trace_id}: ${(error as Error).message}`)
  }
}

async function archiveOne(db: Database, settings: Settings, row: Old, dry_run: boolean, archival: Archival): Promise<void> {
  const contents = async (from: Reader): Promise<string[]> => (await contentsOf(from, [row])).get(row.id) ?? []
  // Read in the transaction that closes them: after it another may have moved them already.
  const read = dry_run
    ? await contents(db.reader)
    : await db.write(async (tx) => ((await closeSpans(tx, row.id)) ? contents(tx) : undefined))
  if (!read) return
  const payload = payloadOf(read)
  const location = artifactUriOf(row.artifact_location, row.trace_id)
  const { store, folder } = artifactStores(settings).at(location)
  if (!dry_run) {
    await store.write([...folder, PAYLOAD_FILE], incomingBytes(payload))
    const archived = { trace_id: row.trace_id, location, sha256: digestOf(payload), bytes: payload.length }
    if (!(await db.write((tx) => putArchived(tx, row.id, archived, Date.now())))) return
  }
  archival.traces++
  archival.bytes += payload.length
}

/** Removes the files of archived traces that were deleted. Gives what could not be removed now. */
export async function removeLeftArchives(db: Database, settings: Settings, dry_run: boolean): Promise<{ files: number; left: string[] }> {
  const left: string[] = []
  let files = 0
  for (const archived of await leftArchives(db.reader)) {
    try {
      if (!dry_run) {
        const { store, folder } = artifactStores(settings).at(archived.location)
        await store.remove([...folder, PAYLOAD_FILE])
        await db.write((tx) => forgetArchive(tx, archived))
      }
      files++
    } catch (error) {
      left.push(`the archived spans of trace ${archived.trace_id}: ${(error as Error).message}`)
    }
  }
  return { files, left }
}

/** For what waits meanwhile. */
const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
