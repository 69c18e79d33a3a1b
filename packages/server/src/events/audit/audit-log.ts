import type { Database } from '../../db/database.ts'
import type { Writer } from '../../db/handles.ts'
import type { Audit, AuditEntry } from '../../http/audit.ts'
import type { Log } from '../../http/log.ts'
import { raiseAlerts } from './alerts/raise.ts'
import { link } from './chain.ts'
import { factsOf } from './entry.ts'
import { addPending } from './log-store.ts'

/** How long entries wait for their place: those that come meanwhile are linked with them. */
const LINK_AFTER_MS = 500
const WRITE_ALONE_AFTER_MS = 100
const ALONE_MAX = 10_000
const AFTER_FAILURE_MS = 5_000

/**
 * The audit log of one process. It writes entries in the commit of what they record, and links them a moment later: linking in the commit
 * would let writers through one after another where they can go side by side. Each process on a database has one; the chain's end is locked
 * while one links.
 */
export class AuditLog implements Audit {
  readonly #db: Database
  readonly #log: Log
  #alone: AuditEntry[] = []
  #dropped = 0
  #dropped_ever = 0
  #link_timer: NodeJS.Timeout | undefined
  #write_timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(db: Database, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** How many entries found no room since the start of this process: each of them is also counted by an entry. */
  get dropped(): number {
    return this.#dropped_ever
  }

  /** Links what the last process left. */
  start(): void {
    this.#linkSoon()
  }

  async record(tx: Writer, entry: AuditEntry): Promise<void> {
    await addPending(tx, entry.at_ms, factsOf(entry))
    tx.afterCommit(this.#linkSoon)
  }

  recordAlone(entry: AuditEntry): void {
    if (this.#alone.length >= ALONE_MAX) {
      this.#dropped++
      this.#dropped_ever++
    } else this.#alone.push(entry)
    this.#write_timer ??= setTimeout(() => this.#then(() => this.#writeAlone()), WRITE_ALONE_AFTER_MS)
  }

  /** Writes what waits, links it, and does nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#write_timer)
    clearTimeout(this.#link_timer)
    await this.flush()
  }

  /** Writes and links what is there now. */
  async flush(): Promise<void> {
    this.#then(() => this.#writeAlone())
    this.#then(() => this.#link())
    await this.#work
  }

  #linkSoon = (): void => {
    if (this.#stopped) return
    this.#link_timer ??= setTimeout(() => this.#then(() => this.#link()), LINK_AFTER_MS).unref()
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#log.error({ err: error }, 'audit log: entries could not be written or linked; again in a moment')
      if (!this.#stopped) setTimeout(() => this.#then(() => this.#writeAlone()), AFTER_FAILURE_MS).unref()
    })
  }

  async #writeAlone(): Promise<void> {
    clearTimeout(this.#write_timer)
    this.#write_timer = undefined
    const entries = this.#alone
    const dropped = this.#dropped
    if (entries.length === 0 && dropped === 0) return this.#linkSoon()
    this.#alone = []
    this.#dropped = 0
    try {
      await this.#db.write(async (tx) => {
        for (const entry of entries) await addPending(tx, entry.at_ms, factsOf(entry))
        if (dropped > 0) await addPending(tx, Date.now(), factsOf(droppedEntry(dropped)))
      })
    } catch (error) {
      this.#alone = [...entries, ...this.#alone]
      this.#dropped += dropped
      throw error
    }
    this.#linkSoon()
  }

  async #link(): Promise<void> {
    clearTimeout(this.#link_timer)
    this.#link_timer = undefined
    for (let more = true; more; ) {
      const linked = await this.#db.write(async (tx) => {
        const now_ms = Date.now()
        const done = await link(tx, now_ms)
        if (done.entries.length > 0) await raiseAlerts(tx, done.entries, now_ms)
        return done
      })
      more = linked.more
      // In the server's log a point of the chain is out of the reach of whoever changes the database.
      if (linked.anchored) this.#log.info({ seq: linked.head.seq, hash: linked.head.hash }, 'audit log: an anchor')
    }
  }
}

const droppedEntry = (count: number): AuditEntry => ({
  at_ms: Date.now(),
  action: 'audit-log/dropped',
  outcome: 'failed',
  who: { name: '', id: 0, address: '' },
  on: { kind: 'server', id: 'audit_log' },
  detail: { entries: count },
})
