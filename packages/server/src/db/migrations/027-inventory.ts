import type { Migration } from '../migrate.ts'

/** Files of versions are looked up by what they are, and by what they are called: `millrace inventory` asks for hundreds at once. */
export const inventory: Migration = {
  id: 27,
  name: 'inventory',
  statements: () => [
    'create index model_version_file_by_digest on model_version_file (sha256)',
    'create index model_version_file_by_path on model_version_file (path)',
  ],
}
