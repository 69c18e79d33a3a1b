import { auditRegistry } from '@millrace/audit/registry'
import { type Clock, systemClock } from '../clock.ts'
import type { AuditSchedule, Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import { readWithin, writeWithin } from '../db/within.ts'
import type { Log } from '../http/log.ts'
import { type Next, Rounds } from '../rounds.ts'
import { keepReport, openAudit } from './audit-store.ts'
import { nameOfRegistry } from './kept-audit.ts'
import { factsOfRegistry } from './registry-facts.ts'
import {
  anyOlder,
  anyWaits,
  claimNext,
  failAudit,
  lastAuditOf,
  openAuditOf,
  removeOlder,
  type Waiting,
  workspacesWithModels,
} from './waiting-store.ts'
import { wakeOnCommit } from './wake.ts'

/** Longer than an audit takes: who holds one this long is gone. */
const LEASE_MS = 15 * 60_000
/** A registry that was empty is looked at again after this time at the latest, and old audits are removed. */
const LOOK_AGAIN_MS = 3_600_000
const NOBODY = { user: '', user_id: 0 }
const DAY_MS = 86_400_000

/** What is kept and when, where nothing else was said: one audit a day, for a year. */
export const DEFAULT_SCHEDULE: AuditSchedule = { every_ms: DAY_MS, keep_ms: 365 * DAY_MS }

/**
 * Audits the registry of each workspace when its time has come and when somebody asks, one after the other. It reads in pages, beside the
 * requests, and writes what it found in one commit. Each process on a database has one; leases keep two of them from one audit.
 */
export class Auditor {
  readonly #db: Database
  readonly #settings: Settings
  readonly #log: Log
  readonly #has_login: boolean
  readonly #schedule: AuditSchedule
  readonly #clock: Clock
  readonly #rounds: Rounds

  constructor(db: Database, settings: Settings, log: Log, has_login: boolean, schedule = DEFAULT_SCHEDULE, clock: Clock = systemClock) {
    this.#db = db
    this.#settings = settings
    this.#log = log
    this.#has_login = has_login
    this.#schedule = schedule
    this.#clock = clock
    const failed = (error: unknown) => log.error({ err: error }, 'audits: what is due could not be looked for; again in a moment')
    this.#rounds = new Rounds(() => this.#round(), failed, clock)
  }

  start(): void {
    wakeOnCommit(this.#db.reader.identity, () => this.#rounds.wake())
    this.#rounds.wake()
  }

  /** Nothing waits to be audited now. */
  get idle(): boolean {
    return this.#rounds.idle
  }

  /** Ends the audit that is being made, and begins no more. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  async #round(): Promise<Next> {
    const now_ms = this.#clock.now()
    const due_ms = await this.#scheduled(now_ms)
    const waits = await anyWaits(this.#db.reader, now_ms, LEASE_MS)
    const next = waits ? await this.#db.write((tx) => claimNext(tx, now_ms, LEASE_MS)) : undefined
    if (!next) return { at_ms: due_ms }
    await this.#audit(next)
    return 'again'
  }

  /** Opens audits whose time has come and removes what is too old; gives when to look again. */
  async #scheduled(now_ms: number): Promise<number> {
    const { every_ms, keep_ms } = this.#schedule
    const before_ms = now_ms - keep_ms
    if (await anyOlder(this.#db.reader, before_ms)) await this.#db.write((tx) => removeOlder(tx, before_ms))
    let next_ms = now_ms + LOOK_AGAIN_MS
    if (every_ms === 0) return next_ms
    for (const { id, name } of await workspacesWithModels(this.#db.reader)) {
      const last_ms = await lastAuditOf(readWithin(this.#db.reader, id))
      const due_ms = (last_ms ?? 0) + every_ms
      if (due_ms > now_ms) next_ms = Math.min(next_ms, due_ms)
      else await this.#open(id, name, now_ms)
    }
    return next_ms
  }

  async #open(workspace: number, name: string, at_ms: number): Promise<void> {
    await this.#db.write(async (tx) => {
      const within = writeWithin(tx, workspace)
      // Another process on this database may have been there.
      if ((await openAuditOf(within)) !== undefined || ((await lastAuditOf(within)) ?? 0) + this.#schedule.every_ms > at_ms) return
      await openAudit(within, { target: 'registry', name: nameOfRegistry(name), origin: 'schedule', by: NOBODY, at_ms })
    })
  }

  async #audit({ audit_id, workspace, name }: Waiting): Promise<void> {
    try {
      const facts = await factsOfRegistry(readWithin(this.#db.reader, workspace), this.#settings, this.#has_login)
      const report = auditRegistry(name, facts)
      await this.#db.write((tx) => keepReport(writeWithin(tx, workspace), audit_id, report, this.#clock.now()))
      const { risk, findings } = report
      const told = { audit_id, risk, findings: findings.length }
      if (risk === 'HIGH' || risk === 'CRITICAL') this.#log.warn(told, `audits: the registry is audited: ${risk}`)
      else this.#log.info(told, `audits: the registry is audited: ${risk}`)
    } catch (error) {
      this.#log.error({ err: error, audit_id }, 'audits: the registry could not be audited')
      await this.#db.write((tx) => failAudit(tx, audit_id, (error as Error).message.slice(0, 500), this.#clock.now()))
    }
  }
}
