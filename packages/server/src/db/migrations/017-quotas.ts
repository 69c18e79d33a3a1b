import type { Migration } from '../migrate.ts'

/**
 * Quotas and what counts against them, and the audit log's waiting entries once more. A quota is of an account or a workspace, `target` is
 * its id, or 0 for each that has none of its own; what is null is not limited. `quota_use` has the bytes that were uploaded on a day
 * (since 1970), for all processes. `audit_pending` no longer counts its ids in a table of its own, which was written with each commit.
 */
export const quotas: Migration = {
  id: 17,
  name: 'quotas',
  statements: ({ types: { int, double, text, id }, clustered }) => {
    const facts = ['action', 'outcome', 'user_name', 'user_id', 'address', 'kind', 'target', 'detail']
    const columns = facts.map((name) => `${name} ${name === 'user_id' ? int : text} not null`)
    return [
      `create table quota (
        scope ${text} not null, target ${int} not null, requests_per_second ${double}, concurrent_uploads ${int},
        upload_bytes_per_day ${int}, primary key (scope, target)
      ) ${clustered}`,
      `create table quota_use (
        scope ${text} not null, target ${int} not null, day ${int} not null, bytes ${int} not null, primary key (scope, target, day)
      ) ${clustered}`,
      'alter table audit_pending rename to audit_pending_before',
      `create table audit_pending (id ${id}, at_ms ${int} not null, ${columns.join(', ')})`,
      `insert into audit_pending (at_ms, ${facts.join(', ')})
       select at_ms, ${facts.join(', ')} from audit_pending_before order by id`,
      'drop table audit_pending_before',
    ]
  },
}
