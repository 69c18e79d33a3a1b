import { randomBytes } from 'node:crypto'
import { command } from '../handles.ts'
import type { Migration } from '../migrate.ts'

const SET = command('insert into setting (name, value) values (?, ?)')

/**
 * Experiments and runs. Inside, everything has a small integer key; the wire's `run_id` stands once, in `run`. Keys of metrics, params and
 * tags are interned in `entity_key`: a name of 40 bytes that 100,000 runs log is stored once. NaN can't be stored by both databases:
 * `nan` is 1 and `value` 0. Metrics are stored in the order in which a history is read. See docs/decisions/0002-storage.md.
 */
export const tracking: Migration = {
  id: 1,
  name: 'tracking',
  statements: ({ types: { int, double, text, id, id_never_reused }, clustered }) => [
    `create table setting (name ${text} primary key, value ${text} not null)`,
    `create table entity_key (id ${id}, name ${text} not null unique)`,
    `create table experiment (
      id ${id_never_reused}, name ${text} not null unique, artifact_location ${text} not null,
      created_ms ${int} not null, updated_ms ${int} not null, deleted_ms ${int}
    )`,
    `create table experiment_tag (
      experiment ${int} not null references experiment (id) on delete cascade, key ${text} not null, value ${text} not null,
      primary key (experiment, key)
    ) ${clustered}`,
    `create table run (
      id ${id}, run_id ${text} not null unique, experiment ${int} not null references experiment (id) on delete cascade,
      name ${text} not null, user_id ${text} not null, status ${int} not null, start_ms ${int} not null, end_ms ${int}, deleted_ms ${int}
    )`,
    'create index run_by_start on run (experiment, start_ms desc, run_id)',
    `create table metric (
      run ${int} not null references run (id) on delete cascade, key ${int} not null,
      ts ${int} not null, step ${int} not null, value ${double} not null, nan ${int} not null,
      primary key (run, key, ts, step, value, nan)
    ) ${clustered}`,
    `create table latest_metric (
      run ${int} not null references run (id) on delete cascade, key ${int} not null,
      ts ${int} not null, step ${int} not null, value ${double} not null, nan ${int} not null,
      primary key (run, key)
    ) ${clustered}`,
    `create table param (
      run ${int} not null references run (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (run, key)
    ) ${clustered}`,
    `create table tag (
      run ${int} not null references run (id) on delete cascade, key ${int} not null, value ${text} not null,
      primary key (run, key)
    ) ${clustered}`,
  ], // The key that signs page tokens (http/page-token.ts): in the database, so that several servers and threads share it.
  seed: async (tx) => {
    await tx.run(SET, 'page_token_key', randomBytes(32).toString('base64'))
  },
}
