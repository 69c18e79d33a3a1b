import type { Migration } from '../migrate.ts'

/**
 * Scorers of experiments. What a version holds is JSON text of the client's making: code among it is kept and never run. The number of a
 * version that was deleted is not given out again, so `last_version` remembers it.
 */
export const scorers: Migration = {
  id: 8,
  name: 'scorers',
  statements: ({ types: { int, double, text, id }, clustered }) => [
    `create table scorer (
      id ${id}, scorer_id ${text} not null unique, experiment ${int} not null references experiment (id) on delete cascade,
      name ${text} not null, last_version ${int} not null, unique (experiment, name)
    )`,
    `create table scorer_version (
      scorer ${int} not null references scorer (id) on delete cascade, version ${int} not null, serialized ${text} not null,
      created_ms ${int} not null, primary key (scorer, version)
    ) ${clustered}`,
    `create table online_scoring_config (
      scorer ${int} primary key references scorer (id) on delete cascade, config_id ${text} not null unique,
      sample_rate ${double} not null, filter ${text}
    )`,
  ],
}
