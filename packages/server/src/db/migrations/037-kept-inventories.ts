import type { Migration } from '../migrate.ts'

/**
 * Inventories that somebody made elsewhere and sent: what was found, a row a model. `status` is numbered from the worst, so that it sorts.
 * One that is still being sent is `complete` = 0, and is shown to nobody.
 */
export const keptInventories: Migration = {
  id: 37,
  name: 'kept-inventories',
  statements: ({ types: { int, text, id_never_reused }, clustered }) => [
    `create table inventory_report (
      id ${id_never_reused}, report_id ${text} not null unique, workspace ${int} not null references workspace (id),
      name ${text} not null, kept_by ${text} not null, kept_by_id ${int} not null, made_ms ${int} not null, complete ${int} not null,
      looked_at ${int} not null, malicious ${int} not null, changed ${int} not null, unknown ${int} not null, known ${int} not null,
      not_read ${text} not null
    )`,
    'create index inventory_report_in_order on inventory_report (workspace, id)',
    `create table inventory_model (
      report ${int} not null references inventory_report (id) on delete cascade, seq ${int} not null, status ${int} not null,
      place ${text} not null, kind ${text} not null, bytes ${int}, owner ${text} not null, sha256 ${text}, versions ${text} not null,
      known_in ${int}, scan ${text} not null, findings ${text} not null, primary key (report, seq)
    ) ${clustered}`,
    'create index inventory_model_by_status on inventory_model (report, status, seq)',
  ],
}
