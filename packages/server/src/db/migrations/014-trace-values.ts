import type { Migration } from '../migrate.ts'

/**
 * Traces are looked for by a tag or a session that few have, among hundreds of thousands. Only the first 100 characters of a value are in
 * the index: PostgreSQL takes no entry beyond 2,704 bytes.
 */
export const traceValues: Migration = {
  id: 14,
  name: 'trace-values',
  statements: () => [
    'create index trace_tag_by_value on trace_tag (key, (substr(value, 1, 100)), trace)',
    'create index trace_metadata_by_value on trace_metadata (key, (substr(value, 1, 100)), trace)',
  ],
}
