import { randomUUID } from 'node:crypto'
import { bulk, query, type Writer } from '../../db/handles.ts'
import { looksSecret, MASKED } from '../../secrets/index.ts'
import { type Event, thingOf } from '../event.ts'
import { wakeFor } from './wake.ts'

const SUBSCRIBED = query<{ id: number }>(
  `select w.id from webhook_event e join webhook w on w.id = e.webhook
   where e.entity = ? and e.action = ? and w.active = 1 and w.workspace = ? order by w.id`,
)
const QUEUE = bulk(
  'insert into webhook_delivery (delivery_id, webhook, about, event, body, created_ms, due_ms) values (?, ?, ?, ?, ?, ?, ?)',
  'titttii',
)

/** The text that is sent and signed, as MLflow lays it out. */
export function bodyOf(event: string, data: unknown, now_ms: number): string {
  const [entity, action] = event.split('.')
  return JSON.stringify({ entity, action, timestamp: new Date(now_ms).toISOString(), data })
}

/** The same with the webhook's workspace, as MLflow tells it where there are workspaces. */
export const inWorkspace = (body: string, workspace: string): string => `${body.slice(0, -1)},"workspace":${JSON.stringify(workspace)}}`

/** Writes a delivery to one webhook, whatever it asked for. Deliveries with the same `about` go in their order. */
export async function queueFor(tx: Writer, webhook: number, about: string, event: string, data: unknown, now_ms: number): Promise<void> {
  await tx.runMany(QUEUE, [[randomUUID(), webhook, about, event, bodyOf(event, data, now_ms), now_ms, now_ms]])
  tx.afterCommit(() => wakeFor(tx.identity))
}

/** Receivers are outside, and nobody's permissions hold there: what looks like a credential in a tag is not told. */
function withoutCredentials(data: Event['data']): object {
  const tags = 'tags' in data ? Object.entries(data.tags).map(([key, value]) => [key, shown(key, value)]) : undefined
  return { ...data, ...(tags && { tags: Object.fromEntries(tags) }), ...('value' in data && { value: shown(data.key, data.value) }) }
}

const shown = (key: string, value: string): string => (looksSecret(key, value) ? MASKED : value)

/** Writes a delivery for each active webhook of the transaction's workspace that asked for this event, and wakes the courier. */
export async function queueDeliveries(tx: Writer, event: Event, now_ms: number): Promise<void> {
  const [entity = '', action = ''] = event.event.split('.')
  const subscribed = await tx.all(SUBSCRIBED, entity, action, tx.workspace)
  if (subscribed.length === 0) return
  const body = bodyOf(event.event, withoutCredentials(event.data), now_ms)
  const about = thingOf(event)
  await tx.runMany(
    QUEUE,
    subscribed.map(({ id }) => [randomUUID(), id, about, event.event, body, now_ms, now_ms]),
  )
  tx.afterCommit(() => wakeFor(tx.identity))
}
