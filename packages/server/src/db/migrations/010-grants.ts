import type { Migration } from '../migrate.ts'

/**
 * Who may do what. A grant says what a role may do to one thing, known by its internal id, or to all of its kind (`target` 0); internal ids
 * are never given out again, so nobody inherits a grant by making a thing of the same name. What is granted to an account itself stands
 * in a role of its own (`personal_of`), so that one join finds everything an account has.
 */
export const grants: Migration = {
  id: 10,
  name: 'grants',
  statements: ({ types: { int, text, id_never_reused }, clustered }) => [
    `create table access_role (
      id ${id_never_reused}, workspace ${text} not null, name ${text} not null, description ${text},
      personal_of ${int} unique references account (id) on delete cascade, unique (workspace, name)
    )`,
    `create table access_role_account (
      role ${int} not null references access_role (id) on delete cascade,
      account ${int} not null references account (id) on delete cascade, primary key (account, role)
    ) ${clustered}`,
    'create index access_role_account_by_role on access_role_account (role)',
    `create table access_role_group (
      role ${int} not null references access_role (id) on delete cascade,
      account_group ${int} not null references account_group (id) on delete cascade, primary key (account_group, role)
    ) ${clustered}`,
    'create index access_role_group_by_role on access_role_group (role)',
    `create table access_grant (
      role ${int} not null references access_role (id) on delete cascade, kind ${int} not null, target ${int} not null,
      level ${int} not null, primary key (role, kind, target)
    ) ${clustered}`,
    'create index access_grant_by_target on access_grant (kind, target)',
    // An artifact's path belongs to the experiments whose location it lies below.
    'create index experiment_by_location on experiment (artifact_location)',
  ],
}
