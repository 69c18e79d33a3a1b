import type { MillraceClient } from '@millrace/client'
import type { Address } from '../loading/address.ts'
import { type LoadRules, loadVersion } from '../loading/load.ts'
import { resolveVersion, type Version } from '../loading/registry.ts'
import { Follower, type RolloutEvents } from './follower.ts'
import type { Models } from './models.ts'
import type { Served } from './served.ts'

/** What is told of an alias that is watched. */
export type WatchEvents = RolloutEvents & {
  onSwitch(before: Served, after: Served): void
  /** The version that is served stays. */
  onRefusal(error: unknown): void
}

/** A version that was refused is tried again after this time, or when the alias moves on. */
const RETRY_MS = 60_000
/** During a rollout figures are told, and a rollback is heard of, so often. */
const ROLLOUT_MS = 1_000

/** Follows an alias: the version it moves to is loaded beside the one that serves, and takes its place when it can answer; or in steps. */
export class Watch {
  readonly #client: MillraceClient
  readonly #models: Models
  readonly #address: Address & { kind: 'alias' }
  readonly #events: WatchEvents
  readonly #rules: LoadRules
  readonly #follower: Follower
  #served: Served
  #refused: { version: string; since_ms: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #is_stopped = false

  constructor(
    client: MillraceClient,
    models: Models,
    address: Address & { kind: 'alias' },
    served: Served,
    events: WatchEvents & LoadRules,
  ) {
    this.#client = client
    this.#models = models
    this.#address = address
    this.#served = served
    this.#events = events
    const { trust, reads_pickles, sandbox } = events
    this.#rules = { trust, reads_pickles, sandbox, alias: address.alias }
    this.#follower = new Follower(client, models, address, events, this.#rules)
  }

  start(every_ms: number): void {
    const again = (): void => {
      if (this.#is_stopped) return
      const wait_ms = this.#follower.is_busy ? Math.min(ROLLOUT_MS, every_ms) : every_ms
      this.#timer = setTimeout(() => this.look().finally(again), wait_ms)
      this.#timer.unref()
    }
    again()
  }

  stop(): void {
    this.#is_stopped = true
    clearTimeout(this.#timer)
  }

  /** Asks once where the alias points and how its rollout stands, and follows both. Failures are told, not thrown. */
  async look(): Promise<void> {
    try {
      await this.#lookUp()
      // At the end of a rollout the alias is the candidate's: it takes the place before the division ends.
      if ((await this.#follower.look(this.#served)) === 'finished') await this.#lookUp()
    } catch (error) {
      this.#events.onRefusal(error)
    }
  }

  async #lookUp(): Promise<void> {
    const version = await resolveVersion(this.#client, this.#address)
    if (version.version === this.#served.version || this.#isResting(version.version)) return
    this.#refused = { version: version.version, since_ms: Date.now() }
    const model = this.#models.find(version.name, version.version) ?? (await this.#load(version))
    const before = this.#served
    this.#models.put(model, before)
    this.#served = model
    this.#refused = undefined
    this.#follower.settle(model)
    this.#events.onSwitch(before, model)
  }

  #load(version: Version): Promise<Served> {
    return loadVersion(this.#served.uri, version, this.#client, this.#rules)
  }

  #isResting(version: string): boolean {
    return this.#refused?.version === version && Date.now() - this.#refused.since_ms < RETRY_MS
  }
}
