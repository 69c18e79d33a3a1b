import type { Migration } from '../migrate.ts'

/**
 * What a model version's files are, by digest. `frozen_place` stands from the commit that makes the version on, also while its files are
 * still being hashed: who writes asks it first. A `manifest_job` is written in that same commit, and has no `due_ms` when the manifest is
 * there: a server that ends in between leaves it to the next. `lease` tells its holders apart.
 */
export const manifests: Migration = {
  id: 12,
  name: 'manifests',
  statements: ({ types: { int, text }, clustered }) => [
    `create table frozen_place (
      place ${text} not null, version ${int} not null references model_version (id) on delete cascade, primary key (place, version)
    ) ${clustered}`,
    'create index frozen_place_by_version on frozen_place (version)',
    `create table manifest_job (
      version ${int} primary key references model_version (id) on delete cascade, location ${text} not null, path ${text} not null,
      attempts ${int} not null default 0, due_ms ${int}, leased_until_ms ${int} not null default 0,
      lease ${text} not null default ''
    )`,
    'create index manifest_job_waiting on manifest_job (due_ms) where due_ms is not null',
    `create table model_version_manifest (
      version ${int} primary key references model_version (id) on delete cascade, root_sha256 ${text} not null,
      files ${int} not null, bytes ${int} not null, made_ms ${int} not null
    )`,
    `create table model_version_file (
      version ${int} not null references model_version (id) on delete cascade, path ${text} not null, size ${int} not null,
      sha256 ${text} not null, primary key (version, path)
    ) ${clustered}`,
    'create index model_version_by_source on model_version (source_ref)',
  ],
}
