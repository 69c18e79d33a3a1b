import { command, query, type Reader, type Writer } from '../../db/handles.ts'
import type { WebhookRow } from './webhook-store.ts'

/** A delivery that is this process's to make, with what is needed for it. */
export type Claimed = Pick<WebhookRow, 'webhook_id' | 'url' | 'secret' | 'secret_key'> & {
  readonly id: number
  readonly delivery_id: string
  readonly webhook: number
  readonly body: string
  readonly workspace: string
  readonly attempts: number
}

/** A delivery that was given up, for people. */
export type Dead = {
  readonly id: number
  readonly delivery_id: string
  readonly event: string
  readonly attempts: number
  readonly created_ms: number
  readonly dead_ms: number
  readonly last_problem: string
}

// The first that waits for each thing of each webhook: those behind it are not due before it has arrived or was given up.
const HEADS = `from webhook_delivery d join webhook w on w.id = d.webhook
  where d.dead_ms is null and w.active = 1 and not exists (
    select 1 from webhook_delivery e where e.webhook = d.webhook and e.about = d.about and e.dead_ms is null and e.id < d.id
  )`
const DUE = query<Claimed>(
  (dialect) =>
    `select d.id, d.delivery_id, d.webhook, d.body, d.attempts, w.webhook_id, w.url, w.secret, w.secret_key,
       (select name from workspace where id = w.workspace) workspace ${HEADS}
     and d.due_ms <= ? and d.leased_until_ms <= ? and not (${dialect.inIntegers('d.webhook')}) order by d.id limit ?`,
)
const NEXT = query<{ at_ms: number | null }>(
  `select min(case when d.leased_until_ms > d.due_ms then d.leased_until_ms else d.due_ms end) at_ms ${HEADS}`,
)
const LEASE = command('update webhook_delivery set leased_until_ms = ? where id = ? and leased_until_ms <= ? and dead_ms is null')
const ARRIVED = command('delete from webhook_delivery where id = ?')
const AGAIN = command('update webhook_delivery set attempts = ?, due_ms = ?, leased_until_ms = 0, last_problem = ? where id = ?')
const GIVE_UP = command('update webhook_delivery set attempts = ?, dead_ms = ?, leased_until_ms = 0, last_problem = ? where id = ?')
const RELEASE = command('update webhook_delivery set leased_until_ms = 0 where id = ?')
const DEAD = query<Dead>(
  `select d.id, d.delivery_id, d.event, d.attempts, d.created_ms, d.dead_ms, d.last_problem
   from webhook_delivery d where d.webhook = ? and d.dead_ms is not null and d.id > ? order by d.id limit ?`,
)
const REPLAY = command(
  `update webhook_delivery set dead_ms = null, attempts = 0, due_ms = ?
   where webhook = ? and dead_ms is not null and (cast(? as text) is null or delivery_id = ?)`,
)

/**
 * Takes deliveries that are due, the next of each webhook, for `lease_ms`: another process that looks at the same time gets others, and
 * when this one dies they are due again after that time.
 * @param full webhooks to which enough is under way
 */
export async function claimDue(tx: Writer, now_ms: number, lease_ms: number, full: readonly number[], count: number): Promise<Claimed[]> {
  const claimed: Claimed[] = []
  for (const row of await tx.all(DUE, now_ms, now_ms, tx.dialect.list(full), count)) {
    if (claimed.some(({ webhook }) => webhook === row.webhook)) continue
    if ((await tx.run(LEASE, now_ms + lease_ms, row.id, now_ms)) === 1) claimed.push(row)
  }
  return claimed
}

/** When something is due next, in milliseconds since 1970; undefined when nothing waits. */
export const nextDue = async (db: Reader): Promise<number | undefined> => (await db.get(NEXT))?.at_ms ?? undefined

/** It has arrived: nothing of it is kept. */
export async function arrived(tx: Writer, id: number): Promise<void> {
  await tx.run(ARRIVED, id)
}

export async function tryAgain(tx: Writer, id: number, attempts: number, due_ms: number, problem: string): Promise<void> {
  await tx.run(AGAIN, attempts, due_ms, problem, id)
}

export async function giveUp(tx: Writer, id: number, attempts: number, now_ms: number, problem: string): Promise<void> {
  await tx.run(GIVE_UP, attempts, now_ms, problem, id)
}

/** It was not tried after all: the next process may at once. */
export async function release(tx: Writer, id: number): Promise<void> {
  await tx.run(RELEASE, id)
}

/** Those given up, the oldest first, from behind the one with this id. */
export const deadAfter = async (db: Reader, webhook: number, id: number, count: number): Promise<Dead[]> => db.all(DEAD, webhook, id, count)

/** Makes one that was given up due again, or all of them. Gives how many. */
export const replay = async (tx: Writer, webhook: number, delivery_id: string | null, now_ms: number): Promise<number> =>
  tx.run(REPLAY, now_ms, webhook, delivery_id, delivery_id)
