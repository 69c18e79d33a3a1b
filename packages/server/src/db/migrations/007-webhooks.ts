import type { Migration } from '../migrate.ts'

/**
 * Webhooks and what is still to be sent to them. A delivery is written in the transaction of the change that it tells of, and removed when
 * it has arrived. `about` is what the event happened to: deliveries about one thing go to a webhook in the order of their ids. Those given
 * up keep `dead_ms`. A secret is sealed; `secret_key` says with which key.
 */
export const webhooks: Migration = {
  id: 7,
  name: 'webhooks',
  statements: ({ types: { int, text, id, id_never_reused }, clustered }) => [
    `create table webhook (
      id ${id}, webhook_id ${text} not null unique, name ${text} not null, url ${text} not null, description ${text},
      active ${int} not null, secret ${text}, secret_key ${text}, created_ms ${int} not null, updated_ms ${int} not null
    )`,
    'create index webhook_by_creation on webhook (created_ms, id)',
    `create table webhook_event (
      entity ${text} not null, action ${text} not null, webhook ${int} not null references webhook (id) on delete cascade,
      primary key (entity, action, webhook)
    ) ${clustered}`,
    'create index webhook_event_by_webhook on webhook_event (webhook)',
    `create table webhook_delivery (
      id ${id_never_reused}, delivery_id ${text} not null unique, webhook ${int} not null references webhook (id) on delete cascade,
      about ${text} not null, event ${text} not null, body ${text} not null, created_ms ${int} not null,
      attempts ${int} not null default 0, due_ms ${int} not null, leased_until_ms ${int} not null default 0,
      dead_ms ${int}, last_problem ${text}
    )`,
    'create index webhook_delivery_waiting on webhook_delivery (webhook, about, id) where dead_ms is null',
    'create index webhook_delivery_dead on webhook_delivery (webhook, id) where dead_ms is not null',
  ],
}
