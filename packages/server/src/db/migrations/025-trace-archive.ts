import type { Migration } from '../migrate.ts'

/**
 * Traces whose spans' contents were moved to a file: where it is, and what it must hold. Named by the trace's id on the wire, since a row
 * stays when its trace is deleted: `millrace gc` then removes the file and the row.
 */
export const traceArchive: Migration = {
  id: 25,
  name: 'trace-archive',
  statements: ({ types: { int, text } }) => [
    `create table trace_archive (
      trace_id ${text} primary key, location ${text} not null, sha256 ${text} not null, bytes ${int} not null, archived_ms ${int} not null
    )`,
  ],
}
