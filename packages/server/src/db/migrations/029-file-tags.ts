import type { Migration } from '../migrate.ts'

/**
 * The tag that an object store gave a file of a version when it was hashed: while the store tells the same, the file need not be read again
 * to know that it is the registered one. Null on a disk, where a tag can be forged, and for files that were hashed before.
 */
export const fileTags: Migration = {
  id: 29,
  name: 'file-tags',
  statements: ({ types: { text } }) => [`alter table model_version_file add column store_tag ${text}`],
}
