import { hash } from 'node:crypto'
import type { Database } from '../db/database.ts'
import { command, query, type Writer } from '../db/handles.ts'
import { ApiError } from '../http/errors.ts'

const WINDOW_MS = 60_000
const LOCK_MAX_MS = 15 * 60_000
const FORGOTTEN_MS = 60 * 60_000
const TIDIED_EVERY = 100

/** Who tries, and how many times that may fail within a minute. */
export type Trier = { readonly who: string; readonly most: number }

type Counted = { failed: number; locked_until_ms: number; locks: number }

const NEW_WINDOW = `excluded.since_ms - access_attempt.since_ms >= ${WINDOW_MS}`
const COUNT = query<Counted>(
  `insert into access_attempt (who, failed, since_ms, locked_until_ms, locks) values (?, 1, ?, 0, 0)
   on conflict (who) do update set
     failed = case when ${NEW_WINDOW} then 1 else access_attempt.failed + 1 end,
     since_ms = case when ${NEW_WINDOW} then excluded.since_ms else access_attempt.since_ms end
   returning failed, locked_until_ms, locks`,
)
const LOCK = command('update access_attempt set failed = 0, since_ms = ?, locked_until_ms = ?, locks = locks + 1 where who = ?')
const RIGHT = command('update access_attempt set failed = failed - 1 where who = ? and failed > 0')
const TIDY = command('delete from access_attempt where since_ms < ? and locked_until_ms < ?')

/**
 * Counts attempts to sign in that were not found right, in the database and so for all processes together, and locks out who makes too
 * many: each time for longer. The names are kept as hashes, since what people type there by mistake are passwords.
 */
export class Attempts {
  readonly #db: Database
  #count = 0

  constructor(db: Database) {
    this.#db = db
  }

  /** Counts an attempt before its outcome is known, so that many at once gain nothing. @throws ApiError REQUEST_LIMIT_EXCEEDED */
  async begin(triers: readonly Trier[], now_ms: number): Promise<void> {
    const until_ms = await this.#db.write(async (tx) => {
      if (this.#count++ % TIDIED_EVERY === 0) await tx.run(TIDY, now_ms - FORGOTTEN_MS, now_ms - FORGOTTEN_MS)
      let latest_ms = 0
      for (const trier of triers) latest_ms = Math.max(latest_ms, await counted(tx, trier, now_ms))
      return latest_ms
    })
    if (until_ms <= now_ms) return
    const wait_s = Math.max(1, Math.ceil((until_ms - now_ms) / 1000))
    const message = `Too many attempts to sign in have failed: wait ${wait_s} seconds, and look at what is sent.`
    throw new ApiError('REQUEST_LIMIT_EXCEEDED', message, { headers: { 'retry-after': String(wait_s) } })
  }

  /** The attempt was right. */
  async succeed(triers: readonly Trier[]): Promise<void> {
    await this.#db.write(async (tx) => {
      for (const { who } of triers) await tx.run(RIGHT, nameOf(who))
    })
  }
}

const nameOf = (who: string): string => hash('sha256', who)

/** Until when the one who tries is locked out; 0 when they are not. */
async function counted(tx: Writer, { who, most }: Trier, now_ms: number): Promise<number> {
  const name = nameOf(who)
  const { failed, locked_until_ms, locks } = (await tx.get(COUNT, name, now_ms)) as Counted
  if (locked_until_ms > now_ms) return locked_until_ms
  if (failed <= most) return 0
  const until_ms = now_ms + Math.min(WINDOW_MS * 2 ** locks, LOCK_MAX_MS)
  await tx.run(LOCK, now_ms, until_ms, name)
  return until_ms
}
