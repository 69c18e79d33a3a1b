import { bulk, command, query, type Reader, type Value, type Writer } from '../../db/handles.ts'
import { missing } from '../../http/errors.ts'
import type { Sealed } from '../../secrets/index.ts'
import type { EventType } from './event-type.ts'
import type { Webhook } from './webhook.ts'

/** A webhook's row. `secret` is sealed. */
export type WebhookRow = {
  readonly id: number
  readonly webhook_id: string
  readonly name: string
  readonly url: string
  readonly description: string | null
  readonly active: number
  readonly secret: string | null
  readonly secret_key: string | null
  readonly created_ms: number
  readonly updated_ms: number
}

/** What of a webhook can be changed. */
export type WebhookFields = {
  readonly name: string
  readonly url: string
  readonly description: string | null
  readonly active: boolean
  readonly secret: Sealed | undefined
}

const COLUMNS = 'id, webhook_id, name, url, description, active, secret, secret_key, created_ms, updated_ms'
const INSERT = query<{ id: number }>(
  `insert into webhook (workspace, webhook_id, name, url, description, active, secret, secret_key, created_ms, updated_ms)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
)
const UPDATE = command(
  'update webhook set name = ?, url = ?, description = ?, active = ?, secret = ?, secret_key = ?, updated_ms = ? where id = ?',
)
const DELETE = command('delete from webhook where workspace = ? and webhook_id = ?')
const BY_ID = query<WebhookRow>(`select ${COLUMNS} from webhook where workspace = ? and webhook_id = ?`)
const PAGE = query<WebhookRow>(
  `select ${COLUMNS} from webhook where workspace = ? and (created_ms < ? or (created_ms = ? and id < ?))
   order by created_ms desc, id desc limit ?`,
)
const EVENTS = query<EventType & { webhook: number }>(
  (dialect) => `select webhook, entity, action from webhook_event where ${dialect.inIntegers('webhook')} order by webhook, entity, action`,
)
const CLEAR_EVENTS = command('delete from webhook_event where webhook = ?')
const ADD_EVENTS = bulk('insert into webhook_event (entity, action, webhook) values (?, ?, ?) on conflict do nothing', 'tti')

const valuesOf = ({ name, url, description, active, secret }: WebhookFields): Value[] => [
  name,
  url,
  description,
  active ? 1 : 0,
  secret?.text ?? null,
  secret?.key_id ?? null,
]

/** Makes a webhook. */
export async function insertWebhook(tx: Writer, webhook_id: string, fields: WebhookFields, now_ms: number): Promise<number> {
  const { id } = (await tx.get(INSERT, tx.workspace, webhook_id, ...valuesOf(fields), now_ms, now_ms)) as { id: number }
  return id
}

export async function updateWebhookRow(tx: Writer, id: number, fields: WebhookFields, updated_ms: number): Promise<void> {
  await tx.run(UPDATE, ...valuesOf(fields), updated_ms, id)
}

/** The events that it asks for, in place of those before. */
export async function setEvents(tx: Writer, id: number, events: readonly EventType[]): Promise<void> {
  await tx.run(CLEAR_EVENTS, id)
  await tx.runMany(
    ADD_EVENTS,
    events.map(({ entity, action }) => [entity, action, id]),
  )
}

/** @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function webhookById(db: Reader, webhook_id: string): Promise<WebhookRow> {
  return (await db.get(BY_ID, db.workspace, webhook_id)) ?? noSuchWebhook(webhook_id)
}

/** Removes a webhook and what was still to be sent to it. @throws ApiError RESOURCE_DOES_NOT_EXIST */
export async function removeWebhook(tx: Writer, webhook_id: string): Promise<void> {
  if ((await tx.run(DELETE, tx.workspace, webhook_id)) === 0) noSuchWebhook(webhook_id)
}

/** The newest first, from behind the one with these values. */
export const webhooksAfter = async (db: Reader, created_ms: number, id: number, count: number): Promise<WebhookRow[]> =>
  db.all(PAGE, db.workspace, created_ms, created_ms, id, count)

/** Rows as the wire has them, with their events. */
export async function webhooksToWire(db: Reader, rows: readonly WebhookRow[]): Promise<Webhook[]> {
  if (rows.length === 0) return []
  const events = Map.groupBy(await db.all(EVENTS, db.dialect.list(rows.map(({ id }) => id))), ({ webhook }) => webhook)
  return rows.map((row) => ({
    webhook_id: row.webhook_id,
    name: row.name,
    description: row.description ?? undefined,
    url: row.url,
    events: events.get(row.id) ?? [],
    status: row.active === 1 ? 'ACTIVE' : 'DISABLED',
    creation_timestamp: row.created_ms,
    last_updated_timestamp: row.updated_ms,
  }))
}

export async function webhookToWire(db: Reader, row: WebhookRow): Promise<Webhook> {
  return (await webhooksToWire(db, [row]))[0] as Webhook
}

const noSuchWebhook = (webhook_id: string): never => {
  throw missing(`Webhook with ID ${webhook_id} not found.`)
}
