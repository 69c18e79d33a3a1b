import type { Migration } from '../migrate.ts'

/**
 * The versions of one model in the order in which searches give them: a page of 100 then reads 100 rows, however many there are. And a
 * held `manifest_job` is due when its lease ends: then what is next is found in the index by `due_ms` alone.
 */
export const versionsInOrder: Migration = {
  id: 24,
  name: 'versions-in-order',
  statements: () => [
    'create index model_version_of_model on model_version (model, updated_ms desc, version desc) where deleted_ms is null',
    'alter table manifest_job drop column leased_until_ms',
  ],
}
