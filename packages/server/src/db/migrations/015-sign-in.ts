import type { Migration } from '../migrate.ts'

/**
 * What came to accounts after their tables. A token's scope is one word, each containing those before it: `read`, `write`, `manage`;
 * `only_on` is JSON that narrows it to some experiments and registered models. `access_attempt` counts failed logins for all
 * processes. `account_identity` says which account a person of an identity provider has, and `account_identity_group` which memberships
 * that provider gave, so that it can take them back and no others.
 */
export const signIn: Migration = {
  id: 15,
  name: 'sign in',
  statements: ({ types: { int, text }, clustered }) => [
    "update account_token set scopes = 'manage'",
    `alter table account_token add column only_on ${text}`,
    `alter table account_session add column session_id ${text} not null default ''`,
    `alter table account_session add column method ${text} not null default ''`,
    `alter table account_session add column address ${text} not null default ''`,
    `alter table account_session add column agent ${text} not null default ''`,
    `create table access_attempt (
      who ${text} primary key, failed ${int} not null, since_ms ${int} not null, locked_until_ms ${int} not null, locks ${int} not null
    ) ${clustered}`,
    `create table account_identity (
      issuer ${text} not null, subject ${text} not null, account ${int} not null references account (id) on delete cascade,
      primary key (issuer, subject)
    ) ${clustered}`,
    'create index account_identity_by_account on account_identity (account)',
    `create table account_identity_group (
      account ${int} not null references account (id) on delete cascade,
      account_group ${int} not null references account_group (id) on delete cascade, primary key (account, account_group)
    ) ${clustered}`,
    'create index account_identity_group_by_group on account_identity_group (account_group)',
  ],
}
