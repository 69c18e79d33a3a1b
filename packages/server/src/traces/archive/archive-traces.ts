import { artifactStores, incomingBytes } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import { contentsOf } from '../span-store.ts'
import { artifactUriOf } from '../start-trace.ts'
import { heldTrace, type TraceRow } from '../trace-store.ts'
import { forgetArchive, leftArchives, putArchived, tracesBefore } from './archive-store.ts'
import { digestOf, PAYLOAD_FILE, payloadOf } from './payload.ts'

/** What was moved, or would be. */
export type Archival = {
  traces: number
  bytes: number
  /** Traces whose spans stay in the database, and why. */
  readonly left: string[]
}

const AT_ONCE = 50
const LEFT_MAX = 100

/**
 * Moves the contents of old traces' spans from the database to files among the traces' artifacts, where all of MLflow's clients find them.
 * A file is there before the commit that refers to it, and a trace that changed meanwhile stays as it is: what is interrupted is finished
 * by the next call.
 */
export async function archiveTraces(db: Database, settings: Settings, before_ms: number, dry_run: boolean): Promise<Archival> {
  const archival: Archival = { traces: 0, bytes: 0, left: [] }
  for (let after = 0; ; ) {
    const rows = await tracesBefore(db.reader, after, before_ms, AT_ONCE)
    for (const row of rows) {
      try {
        await archiveOne(db, settings, row, dry_run, archival)
      } catch (error) {
        if (archival.left.length < LEFT_MAX) archival.left.push(`the spans of trace ${row.trace_id}: ${(error as Error).message}`)
      }
    }
    const last = rows.at(-1)
    if (!last || rows.length < AT_ONCE) return archival
    after = last.id
  }
}

async function archiveOne(
  db: Database,
  settings: Settings,
  row: TraceRow & { artifact_location: string },
  dry_run: boolean,
  archival: Archival,
): Promise<void> {
  const payload = payloadOf((await contentsOf(db.reader, [row])).get(row.id) ?? [])
  const sha256 = digestOf(payload)
  const location = artifactUriOf(row.artifact_location, row.trace_id)
  const { store, folder } = artifactStores(settings).at(location)
  if (!dry_run) {
    await store.write([...folder, PAYLOAD_FILE], incomingBytes(payload))
    const is_done = await db.write(async (tx) => {
      const now = await heldTrace(tx, row.trace_id)
      // Spans may have come since they were read: then the next call finds the trace as it is by then.
      const contents = (await contentsOf(tx, [now])).get(now.id) ?? []
      if (now.id !== row.id || digestOf(payloadOf(contents)) !== sha256) return false
      await putArchived(tx, now.id, { trace_id: row.trace_id, location, sha256, bytes: payload.length }, Date.now())
      return true
    })
    if (!is_done) return
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
