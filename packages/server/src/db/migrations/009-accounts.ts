import type { Migration } from '../migrate.ts'

/**
 * Who may sign in, and by what. An account's id is never given out again, so that a grant or a remembered caller can't pass to whoever
 * takes the name next. No secret is kept as it is: `password` is a slow hash (null: can't sign in with one), and tokens and sessions are
 * found by the SHA-256 of theirs. `access_epoch` counts what takes rights away, for processes that remember who proved what.
 *
 * The names are not MLflow's (`users` and others), whose tables may stand in the same database.
 */
export const accounts: Migration = {
  id: 9,
  name: 'accounts',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => [
    `create table account (
      id ${id_never_reused}, name ${text} not null unique, password ${text}, is_admin ${int} not null default 0,
      is_service ${int} not null default 0, disabled ${int} not null default 0, created_ms ${int} not null, password_changed_ms ${int}
    )`,
    `create table account_token (
      id ${id}, token_id ${text} not null unique, account ${int} not null references account (id) on delete cascade,
      name ${text} not null, sha256 ${text} not null unique, scopes ${text} not null,
      created_ms ${int} not null, expires_ms ${int}, last_used_ms ${int}
    )`,
    'create index account_token_by_account on account_token (account)',
    `create table account_session (
      sha256 ${text} primary key, account ${int} not null references account (id) on delete cascade,
      created_ms ${int} not null, last_used_ms ${int} not null, expires_ms ${int} not null
    ) ${clustered}`,
    'create index account_session_by_account on account_session (account)',
    'create index account_session_by_expiry on account_session (expires_ms)',
    `create table account_group (id ${id_never_reused}, name ${text} not null unique)`,
    `create table account_group_member (
      account_group ${int} not null references account_group (id) on delete cascade,
      account ${int} not null references account (id) on delete cascade, primary key (account_group, account)
    ) ${clustered}`,
    'create index account_group_member_by_account on account_group_member (account)',
    `create table access_epoch (id ${int} primary key, epoch ${int} not null)`,
    'insert into access_epoch (id, epoch) values (1, 0)',
  ],
}
