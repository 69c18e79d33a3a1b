import type { Writer } from '../db/handles.ts'
import type { Event } from './event.ts'
import { queueDeliveries } from './webhooks/index.ts'

/**
 * Tells of a change, in the change's own transaction: when that is rolled back, nothing happened and nobody is told; when it is kept,
 * everybody who asked is told, even if this process dies a moment later. Costs one look at an index while nobody has asked.
 */
export async function emit(tx: Writer, event: Event, now_ms: number): Promise<void> {
  await queueDeliveries(tx, event, now_ms)
}
