import type { Migration } from '../migrate.ts'

/**
 * Roles belong to a workspace, also those that hold what was granted to an account itself: one in each. Grants and assignments get numbers,
 * by which MLflow's clients of roles name them. `access_version` counts the changes of what an account may do, and under account 0 those of
 * what roles and groups may do, for processes that remember it. `access_grant_unbound` keeps what was granted on a name that nothing had:
 * it never applies to what takes the name later. An evaluation dataset of no experiment is its maker's.
 */
export const rights: Migration = {
  id: 18,
  name: 'rights',
  statements: ({ name, types: { int, text, id_never_reused }, clustered }) => [
    `create table access_role_anew (
      id ${id_never_reused}, workspace ${int} not null default 1 references workspace (id) on delete cascade, name ${text} not null,
      description ${text}, personal_of ${int} references account (id) on delete cascade, unique (workspace, name)
    )`,
    `insert into access_role_anew (id, name, description, personal_of)
     select id, case when personal_of is null then name else '__user_' || cast(personal_of as text) || '__' end, description, personal_of
     from access_role`,
    ...(name === 'postgres'
      ? ["select setval(pg_get_serial_sequence('access_role_anew', 'id'), coalesce((select max(id) from access_role_anew), 1))"]
      : []),
    `create table access_grant_anew (
      id ${id_never_reused}, role ${int} not null references access_role_anew (id) on delete cascade, kind ${int} not null,
      target ${int} not null, level ${int} not null, unique (role, kind, target)
    )`,
    `insert into access_grant_anew (role, kind, target, level)
     select role, kind, target, level from access_grant order by role, kind, target`,
    `create table access_assignment (
      id ${id_never_reused}, role ${int} not null references access_role_anew (id) on delete cascade,
      account ${int} not null references account (id) on delete cascade, unique (account, role)
    )`,
    'insert into access_assignment (role, account) select role, account from access_role_account order by account, role',
    `create table access_role_group_anew (
      role ${int} not null references access_role_anew (id) on delete cascade,
      account_group ${int} not null references account_group (id) on delete cascade, primary key (account_group, role)
    ) ${clustered}`,
    'insert into access_role_group_anew (role, account_group) select role, account_group from access_role_group',
    ...['access_grant_by_target', 'access_role_account_by_role', 'access_role_group_by_role'].map((index) => `drop index ${index}`),
    ...['access_grant', 'access_role_account', 'access_role_group', 'access_role'].map((table) => `drop table ${table}`),
    ...['access_role', 'access_grant', 'access_role_group'].map((table) => `alter table ${table}_anew rename to ${table}`),
    'create unique index access_role_by_account on access_role (personal_of, workspace)',
    'create index access_grant_by_target on access_grant (kind, target)',
    'create index access_assignment_by_role on access_assignment (role)',
    'create index access_role_group_by_role on access_role_group (role)',
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
