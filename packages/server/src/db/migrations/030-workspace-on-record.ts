import type { Migration } from '../migrate.ts'

/**
 * Entries of the audit log say for which workspace a request was; those from before, and those of what belongs to none, say nothing. A
 * scorer's id is never given out again, since grants are about it.
 */
export const workspaceOnRecord: Migration = {
  id: 30,
  name: 'workspace on record',
  statements: ({ name, types: { int, text, id_never_reused } }) => [
    ...['audit_pending', 'audit_log'].map((table) => `alter table ${table} add column workspace ${text} not null default ''`),
    "create index audit_log_by_workspace on audit_log (workspace, seq) where workspace <> ''",
    // PostgreSQL's ids come from a sequence, which goes on behind what was deleted.
    ...(name === 'postgres'
      ? []
      : [
          `create table scorer_anew (
            id ${id_never_reused}, scorer_id ${text} not null unique,
            experiment ${int} not null references experiment (id) on delete cascade, name ${text} not null,
            last_version ${int} not null, unique (experiment, name)
          )`,
          `insert into scorer_anew (id, scorer_id, experiment, name, last_version)
           select id, scorer_id, experiment, name, last_version from scorer`,
          'drop table scorer',
          'alter table scorer_anew rename to scorer',
        ]),
  ],
}
