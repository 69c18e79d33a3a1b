import type { Migration } from '../migrate.ts'

/**
 * Logged models, their tags and params, and the metrics that runs log about them. `source_run_id` is what the client said: a run may be
 * gone, or not ours. Metrics are known by dataset too, which is two empty texts for none, since a key must not be NULL.
 */
export const loggedModels: Migration = {
  id: 3,
  name: 'logged-models',
  statements: ({ types: { int, double, text, id }, clustered }) => [
    `create table logged_model (
      id ${id}, model_id ${text} not null unique, experiment ${int} not null references experiment (id) on delete cascade,
      name ${text} not null, artifact_location ${text} not null, status ${int} not null, status_message ${text}, model_type ${text},
      source_run_id ${text}, created_ms ${int} not null, updated_ms ${int} not null, deleted_ms ${int}
    )`,
    'create index logged_model_by_creation on logged_model (experiment, created_ms desc, model_id)',
    `create table logged_model_param (
      model ${int} not null references logged_model (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (model, key)
    ) ${clustered}`,
    `create table logged_model_tag (
      model ${int} not null references logged_model (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (model, key)
    ) ${clustered}`,
    `create table logged_model_metric (
      model ${int} not null references logged_model (id) on delete cascade, key ${int} not null,
      ts ${int} not null, step ${int} not null, run ${int} not null references run (id) on delete cascade,
      dataset_name ${text} not null, dataset_digest ${text} not null, value ${double} not null, nan ${int} not null,
      primary key (model, key, ts, step, run, dataset_name, dataset_digest)
    ) ${clustered}`,
    'create index logged_model_metric_by_run on logged_model_metric (run)',
  ],
}
