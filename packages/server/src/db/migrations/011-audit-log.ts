import type { Migration } from '../migrate.ts'

/**
 * The audit log. An entry is first written to `audit_pending`, in the commit of what it records and with no index to keep; soon after it
 * is moved to `audit_log`, where it has its place in the chain. `audit_head` is the chain's end, one row, which is also the lock of whoever
 * links. `audit_anchor` holds signed points of the chain; one that says `pruned` is where it begins after older entries went.
 */
export const auditLog: Migration = {
  id: 11,
  name: 'audit log',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => {
    const facts = `action ${text} not null, outcome ${text} not null, user_name ${text} not null, user_id ${int} not null,
      address ${text} not null, kind ${text} not null, target ${text} not null, detail ${text} not null`
    return [
      `create table audit_pending (id ${id_never_reused}, at_ms ${int} not null, ${facts})`,
      `create table audit_log (
        seq ${id}, at_ms ${int} not null, until_ms ${int} not null, requests ${int} not null, ${facts}, hash ${text} not null
      )`,
      'create index audit_log_by_time on audit_log (at_ms)',
      'create index audit_log_by_user on audit_log (user_name, seq)',
      'create index audit_log_by_action on audit_log (action, seq)',
      'create index audit_log_by_target on audit_log (target, kind, seq)',
      "create index audit_log_refused on audit_log (outcome, at_ms) where outcome <> 'done'",
      `create table audit_head (
        id ${int} primary key, seq ${int} not null, hash ${text} not null, signature ${text}, signature_key ${text},
        anchored_seq ${int} not null, anchored_ms ${int} not null
      )`,
      "insert into audit_head (id, seq, hash, anchored_seq, anchored_ms) values (1, 0, '', 0, 0)",
      `create table audit_anchor (
        seq ${int} primary key, hash ${text} not null, made_ms ${int} not null, pruned ${int} not null,
        signature ${text}, signature_key ${text}
      ) ${clustered}`,
      `create table audit_alert (
        id ${id}, alert_id ${text} not null unique, name ${text} not null, kind ${text} not null, action ${text}, outcome ${text},
        per ${text} not null, threshold ${int} not null, within_ms ${int} not null, created_ms ${int} not null,
        webhook ${int} not null references webhook (id) on delete cascade
      )`,
      'create index audit_alert_by_webhook on audit_alert (webhook)',
      `create table audit_alert_told (
        alert ${int} not null references audit_alert (id) on delete cascade, about ${text} not null, told_ms ${int} not null,
        primary key (alert, about)
      ) ${clustered}`,
      `create table audit_address (
        user_id ${int} not null, address ${text} not null, first_ms ${int} not null, primary key (user_id, address)
      ) ${clustered}`,
    ]
  },
}
