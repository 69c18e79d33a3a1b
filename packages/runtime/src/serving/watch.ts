import type { MillraceClient } from '@millrace/client'
import type { Address } from '../loading/address.ts'
import { loadVersion } from '../loading/load.ts'
import { resolveVersion } from '../loading/registry.ts'
import type { Models } from './models.ts'
import type { Served } from './served.ts'

/** What is told of an alias that is watched. */
export type WatchEvents = {
  onSwitch(before: Served, after: Served): void
  /** The version that is served stays. */
  onRefusal(error: unknown): void
}

/** A version that was refused is tried again after this time, or when the alias moves on. */
const RETRY_MS = 60_000

/** Follows an alias: the version it moves to is loaded beside the one that serves, and takes its place when it can answer. */
export class Watch {
  readonly #client: MillraceClient
  readonly #models: Models
  readonly #address: Address & { kind: 'alias' }
  readonly #events: WatchEvents
  #served: Served
  #refused: { version: string; since_ms: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #is_stopped = false

  constructor(client: MillraceClient, models: Models, address: Address & { kind: 'alias' }, served: Served, events: WatchEvents) {
    this.#client = client
    this.#models = models
    this.#address = address
    this.#served = served
    this.#events = events
  }

  start(every_ms: number): void {
    const again = (): void => {
      if (this.#is_stopped) return
      this.#timer = setTimeout(() => this.look().finally(again), every_ms)
      this.#timer.unref()
    }
    again()
  }

  stop(): void {
    this.#is_stopped = true
    clearTimeout(this.#timer)
  }

  /** Asks once where the alias points, and follows it. Failures are told, not thrown. */
  async look(): Promise<void> {
    try {
      const version = await resolveVersion(this.#client, this.#address)
      if (version.version === this.#served.version || this.#isResting(version.version)) return
      this.#refused = { version: version.version, since_ms: Date.now() }
      const model = await loadVersion(this.#served.uri, version, this.#client)
      const before = this.#served
      this.#models.put(model, before)
      this.#served = model
      this.#refused = undefined
      this.#events.onSwitch(before, model)
    } catch (error) {
      this.#events.onRefusal(error)
    }
  }

  #isResting(version: string): boolean {
    return this.#refused?.version === version && Date.now() - this.#refused.since_ms < RETRY_MS
  }
}
