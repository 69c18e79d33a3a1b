import { command, query, type Reader, type Writer } from '../db/handles.ts'

const READ = query<{ epoch: number }>('select epoch from access_epoch where id = 1')
const RAISE = command('update access_epoch set epoch = epoch + 1 where id = 1')
const BELIEVED_MS = 500

type Seen = { epoch: number; read_ms: number }
const seen = new WeakMap<object, Seen>()

/**
 * The number of times that rights were taken away. What was remembered under another number no longer counts. It is read anew after half
 * a second, since another process may have raised it.
 */
export async function epochOf(db: Reader, now_ms: number): Promise<number> {
  const known = seen.get(db.identity)
  if (known && now_ms >= known.read_ms && now_ms - known.read_ms < BELIEVED_MS) return known.epoch
  const epoch = (await db.get(READ))?.epoch ?? 0
  seen.set(db.identity, { epoch, read_ms: now_ms })
  return epoch
}

/** Rights are taken away in this transaction: everyone proves anew who they are, in this process at once. */
export async function raiseEpoch(tx: Writer): Promise<void> {
  await tx.run(RAISE)
  tx.afterCommit(() => seen.delete(tx.identity))
}
