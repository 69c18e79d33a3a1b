import type { Migration } from '../migrate.ts'

/**
 * What runs read and made. A dataset is stored once an experiment, known by name and digest; `run_dataset` says which runs read it, and its
 * tags say what for (`mlflow.data.context`). Models are kept by id and without a reference: a run may name one that is gone or not ours.
 */
export const datasets: Migration = {
  id: 2,
  name: 'datasets',
  statements: ({ types: { int, text, id } }) => [
    `create table dataset (
      id ${id}, experiment ${int} not null references experiment (id) on delete cascade, name ${text} not null, digest ${text} not null,
      source_type ${text} not null, source ${text} not null, schema ${text}, profile ${text}
    )`,
    'create unique index dataset_by_name on dataset (experiment, name, digest)',
    `create table run_dataset (
      id ${id}, run ${int} not null references run (id) on delete cascade,
      dataset ${int} not null references dataset (id) on delete cascade, unique (run, dataset)
    )`,
    'create index run_dataset_by_dataset on run_dataset (dataset)',
    `create table run_dataset_tag (
      run_dataset ${int} not null references run_dataset (id) on delete cascade, key ${text} not null, value ${text} not null,
      primary key (run_dataset, key)
    )`,
    `create table run_model_input (
      id ${id}, run ${int} not null references run (id) on delete cascade, model_id ${text} not null, unique (run, model_id)
    )`,
    `create table run_model_output (
      id ${id}, run ${int} not null references run (id) on delete cascade, model_id ${text} not null, step ${int} not null,
      unique (run, model_id, step)
    )`,
  ],
}
