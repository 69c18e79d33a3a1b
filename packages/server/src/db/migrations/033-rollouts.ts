import type { Migration } from '../migrate.ts'

/**
 * Rollouts: a version that takes an alias's place in steps. One of an alias goes on at a time. `rollout_report` is what each process that
 * serves has counted in each step, in sums, so that a report that comes twice changes nothing; it goes when the rollout ends, and what was
 * decided by it stays in `rollout_event`. `flaw` says why its end is no finished canary to a policy.
 */
export const rollouts: Migration = {
  id: 33,
  name: 'rollouts',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => [
    `create table rollout (
      id ${id_never_reused}, rollout_id ${text} not null unique,
      model ${int} not null references registered_model (id) on delete cascade,
      version ${int} not null references model_version (id) on delete cascade, alias ${text} not null,
      stable ${int} not null, candidate ${int} not null, plan ${text} not null, state ${text} not null, step ${int} not null,
      step_ms ${int} not null, flaw ${text}, reason ${text}, started_by ${text} not null, started_by_id ${int} not null,
      started_ms ${int} not null, ended_ms ${int}, bound_sha256 ${text}, rule_sha256 ${text}, request_id ${text}
    )`,
    'create unique index rollout_active on rollout (model, alias) where ended_ms is null',
    'create index rollout_of_model on rollout (model, alias, id)',
    'create index rollout_of_version on rollout (version)',
    `create table rollout_event (
      id ${id}, rollout ${int} not null references rollout (id) on delete cascade, what ${text} not null, weight ${int} not null,
      user_name ${text} not null, user_id ${int} not null, reason ${text} not null, figures ${text}, at_ms ${int} not null
    )`,
    'create index rollout_event_of_rollout on rollout_event (rollout, id)',
    `create table rollout_report (
      rollout ${int} not null references rollout (id) on delete cascade, process ${text} not null, step ${int} not null,
      counts ${text} not null, at_ms ${int} not null, primary key (rollout, process, step)
    ) ${clustered}`,
  ],
}
