import { type Clock, systemClock } from '../../clock.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Log } from '../../http/log.ts'
import { type Next, Rounds } from '../../rounds.ts'
import { archiveTraces } from './archive-traces.ts'
import { askedIsDone, dueAt, type Retention } from './retention.ts'

/** Archives traces that are old enough, now and then, while the server runs. Several servers on one database don't disturb each other. */
export class Archivist {
  readonly #db: Database
  readonly #settings: Settings
  readonly #rules: Retention
  readonly #log: Log
  readonly #clock: Clock
  readonly #rounds: Rounds

  constructor(db: Database, settings: Settings, rules: Retention, log: Log, clock: Clock = systemClock) {
    this.#db = db
    this.#settings = settings
    this.#rules = rules
    this.#log = log
    this.#clock = clock
    this.#rounds = new Rounds(
      () => this.#look(),
      (error) => log.error({ err: error }, 'traces: archiving failed; again in a moment'),
      clock,
    )
  }

  start(): void {
    const { unused_location: location } = this.#rules
    if (location)
      this.#log.warn({ location }, 'traces: trace_archival.location is not used, spans are archived among the artifacts of their traces')
    this.#rounds.wake()
  }

  /** The trace that is being moved is moved to its end. */
  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #look(): Promise<Next> {
    const now_ms = this.#clock.now()
    const { due, asked } = await dueAt(this.#db.reader, this.#rules, now_ms)
    const { traces, bytes, left } = await archiveTraces(this.#db, this.#settings, { ...due, goOn: () => !this.#rounds.stopping }, false)
    if (traces > 0) this.#log.info({ traces, bytes }, 'traces: archived')
    for (const one of left) this.#log.warn({}, `traces: not archived, and tried again: ${one}`)
    const is_whole = left.length === 0 && traces < (due.max ?? Number.POSITIVE_INFINITY) && !this.#rounds.stopping
    if (asked.length > 0 && is_whole) await this.#db.write((tx) => askedIsDone(tx, asked))
    return { at_ms: now_ms + this.#rules.interval_ms }
  }
}
