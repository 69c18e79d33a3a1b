import type { MillraceClient } from '@millrace/client'
import { readAddress } from '../loading/address.ts'
import { endingOf } from '../loading/registry.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import type { Models } from './models.ts'
import type { Guard, Served } from './served.ts'

/** What is told of versions that a later scan finds malicious. */
export type QuarantineEvents = {
  /** A version answers no more, or again, or the registry is silent, in a sentence. */
  onQuarantine(sentence: string): void
}

/**
 * Asks the registry how the scans of the versions that are served ended: rules that are updated may find malicious what was clean when it
 * was loaded. Such a version answers 503 from then on, until a later scan clears it or another takes its place; nothing of it is lost.
 */
export class Quarantine {
  readonly #client: MillraceClient
  readonly #models: Models
  readonly #events: QuarantineEvents
  readonly #shut = new WeakMap<Served, Guard>()
  #is_silent = false
  #looking: Promise<void> | undefined

  constructor(client: MillraceClient, models: Models, events: QuarantineEvents) {
    this.#client = client
    this.#models = models
    this.#events = events
  }

  /** Asks once for each version. Failures are told, not thrown: what served before goes on. */
  look(): Promise<void> {
    this.#looking ??= this.#askAll().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #askAll(): Promise<void> {
    try {
      for (const model of this.#models.all) {
        const { kind } = readAddress(model.uri)
        if (kind === 'alias' || kind === 'version') this.#follow(model, await endingOf(this.#client, model))
      }
      this.#is_silent = false
    } catch (error) {
      if (!this.#is_silent) this.#events.onQuarantine(`Whether later scans found anything is not known: ${(error as Error).message}`)
      this.#is_silent = true
    }
  }

  #follow(model: Served, ending: string | undefined): void {
    const guard = this.#shut.get(model)
    if (guard && ending !== undefined && ending !== 'malicious') {
      this.#shut.delete(model)
      model.guards.delete(guard)
      this.#events.onQuarantine(`${model.name}: version ${model.version} answers again: its scan ended as ${ending.replaceAll('_', ' ')}.`)
    } else if (!guard && ending === 'malicious') {
      const shut = guardOf(model)
      this.#shut.set(model, shut)
      model.guards.add(shut)
      this.#events.onQuarantine(
        `${model.name}: version ${model.version} is malicious by a later scan, and answers no more: move the alias, or serve another.`,
      )
    }
  }
}

function guardOf({ name, version }: Served): Guard {
  return () => {
    throw new RequestProblem(
      `Version ${version} of ${name} is in quarantine: a scan by later rules found it malicious. Who owns it sees why in the registry.`,
      503,
      'TEMPORARILY_UNAVAILABLE',
    )
  }
}
