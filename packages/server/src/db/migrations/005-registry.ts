import type { Migration } from '../migrate.ts'

/**
 * Registered models and their versions. A model's id is never used again, so that what is bound to it can't be inherited by a later model
 * of the same name. Whether it is a prompt is decided when it is made. A version's files are named by `source_kind`, `source_ref` and
 * `source_path`, which were read out of `source` once: the text itself is only ever shown.
 */
export const registry: Migration = {
  id: 5,
  name: 'registry',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => [
    `create table registered_model (
      id ${id_never_reused}, name ${text} not null unique, is_prompt ${int} not null, description ${text}, created_by ${text},
      created_ms ${int} not null, updated_ms ${int} not null, next_version ${int} not null default 1
    )`,
    'create index registered_model_by_update on registered_model (updated_ms)',
    `create table registered_model_tag (
      model ${int} not null references registered_model (id) on delete cascade, key ${text} not null, value ${text} not null,
      primary key (model, key)
    ) ${clustered}`,
    `create table registered_model_alias (
      model ${int} not null references registered_model (id) on delete cascade, alias ${text} not null, version ${int} not null,
      primary key (model, alias)
    ) ${clustered}`,
    `create table model_version (
      id ${id}, model ${int} not null references registered_model (id) on delete cascade, version ${int} not null,
      stage ${int} not null, status ${int} not null, status_message ${text}, description ${text}, created_by ${text},
      source ${text} not null, download_uri ${text} not null, source_kind ${int} not null, source_ref ${text}, source_path ${text} not null,
      run_id ${text}, run_link ${text}, model_id ${text},
      created_ms ${int} not null, updated_ms ${int} not null, deleted_ms ${int},
      unique (model, version)
    )`,
    'create index model_version_latest on model_version (model, stage, version) where deleted_ms is null',
    'create index model_version_by_update on model_version (updated_ms desc)',
    'create index model_version_by_run on model_version (run_id)',
    'create index model_version_by_logged_model on model_version (model_id)',
    `create table model_version_tag (
      version ${int} not null references model_version (id) on delete cascade, key ${text} not null, value ${text} not null,
      primary key (version, key)
    ) ${clustered}`,
  ],
}
