import { type Clock, systemClock } from '../../clock.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import { Refused } from '../../egress/index.ts'
import type { Log } from '../../http/log.ts'
import { type Next, Rounds } from '../../rounds.ts'
import { arrived, type Claimed, claimDue, giveUp, nextDue, release, tryAgain } from './delivery-store.ts'
import { inWorkspace } from './queue.ts'
import { ATTEMPTS_MAX, mayTakeLater, pauseAfter } from './retry.ts'
import { openSecret } from './secret.ts'
import { isTaken, send } from './send.ts'
import { wakeOnCommit } from './wake.ts'

/** Longer than a request may take, so that nobody else takes over what is still under way. */
const LEASE_MS = 15_000
const AT_ONCE_MAX = 16
const AT_ONCE_PER_WEBHOOK = 4
/**
 * A receiver that answers within this time gets one delivery after the other, so that events of different things come in their order too,
 * as a rule; only a slower one gets several at once.
 */
const IN_ORDER_MS = 250
const DRAIN_MS = 10_000
const TAKEN_BY_ANOTHER_MS = 5_000

/**
 * Makes the deliveries. It is woken by the commit that queued one, by a timer when one is due again, and by nothing else. Each process on
 * a database has one; leases keep two of them from one delivery.
 */
export class Courier {
  readonly #db: Database
  readonly #settings: Settings
  readonly #log: Log
  readonly #under_way = new Map<number, { webhook: number; since_ms: number; done: Promise<void> }>()
  readonly #stop = new AbortController()
  readonly #clock: Clock
  readonly #rounds: Rounds

  constructor(db: Database, settings: Settings, log: Log, clock: Clock = systemClock) {
    this.#db = db
    this.#settings = settings
    this.#log = log
    this.#clock = clock
    const failed = (error: unknown) => log.error({ err: error }, 'webhooks: the outbox could not be read; again in a moment')
    this.#rounds = new Rounds(() => this.#take(), failed, clock)
  }

  /** Nothing is being delivered or looked for: it waits for a commit or for its time. */
  get idle(): boolean {
    return this.#under_way.size === 0 && this.#rounds.idle
  }

  /** Begins with what was left when the last process ended. */
  start(): void {
    wakeOnCommit(this.#db.reader.identity, () => this.wake())
    this.wake()
  }

  /** Looks for what is due. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Begins no more deliveries, waits for those under way, and leaves the rest to the next process. */
  async stop(drain_ms = DRAIN_MS): Promise<void> {
    await this.#rounds.stop()
    const timer = setTimeout(() => this.#stop.abort(new Error('the server stops')), drain_ms)
    await Promise.all([...this.#under_way.values()].map(({ done }) => done))
    clearTimeout(timer)
  }

  async #take(): Promise<Next> {
    const due_ms = await nextDue(this.#db.reader)
    const now_ms = this.#clock.now()
    const room = AT_ONCE_MAX - this.#under_way.size
    // With no room, the end of one that is under way wakes.
    if (due_ms === undefined || room === 0) return undefined
    if (due_ms > now_ms) return { at_ms: due_ms }
    const full = this.#fullWebhooks(now_ms)
    const claimed = await this.#db.write((tx) => claimDue(tx, now_ms, LEASE_MS, full, room))
    for (const delivery of claimed) this.#begin(delivery, now_ms)
    if (claimed.length > 0) return 'again'
    // What is due is of webhooks that are full, whose next end wakes, or that take more when they turn out slow; or others took it.
    if (full.length === 0) return { at_ms: now_ms + TAKEN_BY_ANOTHER_MS }
    const slow_ms = Math.min(
      ...[...this.#under_way.values()].map(({ since_ms }) => since_ms + IN_ORDER_MS).filter((at_ms) => at_ms > now_ms),
    )
    return Number.isFinite(slow_ms) ? { at_ms: slow_ms } : undefined
  }

  #fullWebhooks(now_ms: number): number[] {
    const isFull = (those: readonly { since_ms: number }[]): boolean =>
      those.length >= AT_ONCE_PER_WEBHOOK || those.some(({ since_ms }) => now_ms < since_ms + IN_ORDER_MS)
    const byWebhook = Map.groupBy(this.#under_way.values(), ({ webhook }) => webhook)
    return [...byWebhook].filter(([, those]) => isFull(those)).map(([webhook]) => webhook)
  }

  #begin(delivery: Claimed, since_ms: number): void {
    const done = this.#deliver(delivery)
      .catch((error: unknown) =>
        this.#log.error({ err: error, delivery_id: delivery.delivery_id }, 'webhooks: a delivery was not recorded'),
      )
      .finally(() => {
        this.#under_way.delete(delivery.id)
        this.wake()
      })
    this.#under_way.set(delivery.id, { webhook: delivery.webhook, since_ms, done })
  }

  async #deliver(delivery: Claimed): Promise<void> {
    const { id, attempts } = delivery
    let problem: string
    let later: boolean
    let retry_after: string | undefined
    try {
      const secret = openSecret(this.#db.reader, delivery)
      const body = this.#settings.workspaces ? inWorkspace(delivery.body, delivery.workspace) : delivery.body
      const sent = await send({ ...delivery, body, secret }, this.#settings, this.#stop.signal)
      if (isTaken(sent)) return await this.#db.write((tx) => arrived(tx, id))
      problem = `the receiver answered ${sent.status}`
      later = mayTakeLater(sent)
      retry_after = sent.retry_after
    } catch (error) {
      if (this.#stop.signal.aborted) return this.#db.write((tx) => release(tx, id))
      problem = (error as Error).message.slice(0, 500)
      later = !(error instanceof Refused)
    }
    await this.#record(delivery, attempts + 1, problem, later, retry_after)
  }

  async #record(delivery: Claimed, attempts: number, problem: string, later: boolean, retry_after: string | undefined): Promise<void> {
    const { id, delivery_id, webhook_id } = delivery
    const now_ms = this.#clock.now()
    if (later && attempts < ATTEMPTS_MAX) {
      const due_ms = now_ms + pauseAfter(attempts, retry_after, now_ms)
      return this.#db.write((tx) => tryAgain(tx, id, attempts, due_ms, problem))
    }
    this.#log.warn({ webhook_id, delivery_id, attempts, problem }, 'webhooks: a delivery was given up; it can be replayed')
    await this.#db.write((tx) => giveUp(tx, id, attempts, now_ms, problem))
  }
}
