import { query, type Reader } from '../db/handles.ts'
import { int64, object } from '../http/schema.ts'

/** What waits for somebody: work of this server, and what it gave up. */
export const Queues = object({
  webhook_deliveries: int64({ description: 'Events that are still to be delivered' }),
  webhook_deliveries_given_up: int64({ description: 'Events that were given up, and can be sent again' }),
  registrations: int64({ description: 'Model versions whose files are still to be hashed and scanned' }),
  audit_entries: int64({ description: 'Entries that are written and not in the chain yet' }),
  rollouts: int64({ description: 'Rollouts that go on' }),
})

const COUNT = query<Record<'delivering' | 'given_up' | 'registering' | 'unchained' | 'rolling', number>>(
  `select
     (select count(*) from webhook_delivery where dead_ms is null) delivering,
     (select count(*) from webhook_delivery where dead_ms is not null) given_up,
     (select count(*) from manifest_job where due_ms is not null) registering,
     (select count(*) from audit_pending) unchained,
     (select count(*) from rollout where ended_ms is null) rolling`,
)

export async function queuesOf(db: Reader) {
  const { delivering = 0, given_up = 0, registering = 0, unchained = 0, rolling = 0 } = (await db.get(COUNT)) ?? {}
  return {
    webhook_deliveries: delivering,
    webhook_deliveries_given_up: given_up,
    registrations: registering,
    audit_entries: unchained,
    rollouts: rolling,
  }
}
