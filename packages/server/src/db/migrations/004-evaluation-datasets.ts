import type { Migration } from '../migrate.ts'

/**
 * Evaluation datasets and their records. What a record holds is JSON text, kept as the client wrote its numbers. A record is known by the
 * hash of its inputs, so that sending it again merges it. `size` is the length of its texts: a page of answers is cut by it.
 */
export const evaluationDatasets: Migration = {
  id: 4,
  name: 'evaluation-datasets',
  statements: ({ types: { int, text, id }, clustered }) => [
    `create table evaluation_dataset (
      id ${id}, dataset_id ${text} not null unique, name ${text} not null, digest ${text} not null, schema ${text},
      records ${int} not null, created_ms ${int} not null, updated_ms ${int} not null, created_by ${text}, updated_by ${text}
    )`,
    'create index evaluation_dataset_by_creation on evaluation_dataset (created_ms desc, dataset_id desc)',
    'create index evaluation_dataset_by_name on evaluation_dataset (name)',
    `create table evaluation_dataset_tag (
      dataset ${int} not null references evaluation_dataset (id) on delete cascade, key ${text} not null, value ${text} not null,
      primary key (dataset, key)
    ) ${clustered}`,
    `create table evaluation_dataset_experiment (
      dataset ${int} not null references evaluation_dataset (id) on delete cascade,
      experiment ${int} not null references experiment (id) on delete cascade, primary key (dataset, experiment)
    ) ${clustered}`,
    'create index evaluation_dataset_by_experiment on evaluation_dataset_experiment (experiment, dataset)',
    `create table evaluation_record (
      id ${id}, dataset ${int} not null references evaluation_dataset (id) on delete cascade, record_id ${text} not null unique,
      input_hash ${text} not null, inputs ${text} not null, outputs ${text}, expectations ${text}, tags ${text}, source ${text},
      size ${int} not null, created_ms ${int} not null, updated_ms ${int} not null, created_by ${text}, updated_by ${text}
    )`,
    'create unique index evaluation_record_by_input on evaluation_record (dataset, input_hash)',
    'create index evaluation_record_by_dataset on evaluation_record (dataset, id)',
  ],
}
