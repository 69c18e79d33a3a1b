import type { Migration } from '../migrate.ts'

/**
 * Grants and assignments of roles get numbers, by which MLflow's clients of roles name them. `access_version` counts the changes of what an
 * account may do, and under account 0 those of what roles and groups may do, for processes that remember it. `access_grant_unbound` keeps
 * what was granted on a name that nothing had: it never applies to what takes the name later. A dataset of no experiment is its maker's.
 */
export const rights: Migration = {
  id: 18,
  name: 'rights',
  statements: ({ types: { int, text, id_never_reused }, clustered }) => [
    `create table access_grant_numbered (
      id ${id_never_reused}, role ${int} not null references access_role (id) on delete cascade, kind ${int} not null,
      target ${int} not null, level ${int} not null, unique (role, kind, target)
    )`,
    `insert into access_grant_numbered (role, kind, target, level)
     select role, kind, target, level from access_grant order by role, kind, target`,
    'drop table access_grant',
    'alter table access_grant_numbered rename to access_grant',
    'create index access_grant_by_target on access_grant (kind, target)',
    `create table access_assignment (
      id ${id_never_reused}, role ${int} not null references access_role (id) on delete cascade,
      account ${int} not null references account (id) on delete cascade, unique (account, role)
    )`,
    'insert into access_assignment (role, account) select role, account from access_role_account order by account, role',
    'drop table access_role_account',
    'create index access_assignment_by_role on access_assignment (role)',
    `create table access_grant_unbound (
      account ${int} not null references account (id) on delete cascade, kind ${int} not null, name ${text} not null,
      level ${int} not null, primary key (account, kind, name)
    ) ${clustered}`,
    `create table access_version (account ${int} primary key, version ${int} not null)`,
    'insert into access_version (account, version) values (0, 0)',
    `create table evaluation_dataset_maker (
      dataset ${int} primary key references evaluation_dataset (id) on delete cascade,
      account ${int} not null references account (id) on delete cascade
    )`,
    'create index evaluation_dataset_by_maker on evaluation_dataset_maker (account)',
  ],
}
