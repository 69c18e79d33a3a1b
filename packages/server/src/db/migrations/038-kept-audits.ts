import type { Migration } from '../migrate.ts'

/**
 * Audits that are kept: of the registry, which the server makes itself, and those that were made elsewhere and sent. A row without
 * `made_ms` waits or is being made; `begun_ms` tells the two apart, and that a process which began it is gone. Findings are known from one
 * audit to the next by their fingerprint.
 */
export const keptAudits: Migration = {
  id: 38,
  name: 'kept-audits',
  statements: ({ types: { int, text, id_never_reused }, clustered }) => [
    `create table audit_report (
      id ${id_never_reused}, audit_id ${text} not null unique, workspace ${int} not null references workspace (id),
      target ${text} not null, name ${text} not null, origin ${text} not null, state ${text} not null,
      asked_by ${text} not null, asked_by_id ${int} not null, asked_ms ${int} not null, begun_ms ${int}, made_ms ${int},
      risk ${text}, verdict ${text}, rules_version ${text}, files ${int}, lines ${int},
      critical ${int}, high ${int}, medium ${int}, low ${int}, info ${int}, allowed ${int},
      categories ${text}, not_read ${text}, passed ${text}, problem ${text}
    )`,
    'create index audit_report_in_order on audit_report (workspace, id)',
    'create index audit_report_of_name on audit_report (workspace, target, name, id)',
    "create index audit_report_waiting on audit_report (id) where state in ('waiting', 'running')",
    `create table audit_finding (
      audit ${int} not null references audit_report (id) on delete cascade, seq ${int} not null, judged ${int} not null,
      fingerprint ${text} not null, category ${text} not null, weight ${text} not null, body ${text} not null,
      primary key (audit, seq)
    ) ${clustered}`,
    'create index audit_finding_by_fingerprint on audit_finding (audit, fingerprint)',
  ],
}
