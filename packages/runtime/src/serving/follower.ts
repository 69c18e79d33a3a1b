import { randomBytes } from 'node:crypto'
import { type MillraceClient, MillraceError, type Output } from '@millrace/client'
import { type LoadRules, loadVersion } from '../loading/load.ts'
import { Refused } from '../refused.ts'
import type { Models } from './models.ts'
import type { Served } from './served.ts'
import { Split } from './split.ts'

type Rollout = NonNullable<Output<'POST /api/2.0/millrace/rollouts/report'>['rollout']>
/** An alias of a registered model. */
type Place = { readonly name: string; readonly alias: string }
type Counts = Split['counts']

/** What is told of rollouts. */
export type RolloutEvents = {
  /** Something is otherwise than before, in a sentence. */
  onRollout(sentence: string): void
}

/** A server without rollouts, as MLflow's, is asked again after this time. */
const UNKNOWN_MS = 300_000
/** Who hears nothing of the registry for so long lets the candidate answer nobody: its rollback might have been missed. */
const SILENCE_MS = 30_000

/**
 * Follows the rollout of an alias: loads the candidate beside the stable version, divides the requests as the registry says, and reports
 * what both do. It decides nothing: the registry does, for all processes.
 */
export class Follower {
  readonly #client: MillraceClient
  readonly #models: Models
  readonly #name: string
  readonly #alias: string
  readonly #events: RolloutEvents
  readonly #rules: LoadRules
  readonly #process = randomBytes(8).toString('hex')
  #split: Split | undefined
  #heard_ms = 0
  #ask_again_ms = 0
  readonly #refused = new Set<string>()

  constructor(client: MillraceClient, models: Models, { name, alias }: Place, events: RolloutEvents, rules: LoadRules) {
    this.#client = client
    this.#models = models
    this.#name = name
    this.#alias = alias
    this.#events = events
    this.#rules = rules
  }

  /** Whether a rollout goes on here. */
  get is_busy(): boolean {
    return this.#split !== undefined
  }

  /** Asks and reports once. Gives whether the rollout has ended well, and the alias is the candidate's. @throws MillraceError, Refused */
  async look(served: Served): Promise<'finished' | undefined> {
    if (this.#split) return this.#report(this.#split)
    if (Date.now() < this.#ask_again_ms) return undefined
    const rollout = await this.#active()
    if (!rollout || rollout.stable_version !== served.version || this.#refused.has(rollout.rollout_id)) return undefined
    const candidate = await this.#load(rollout, served)
    if (!candidate) return undefined
    this.#split = new Split(served, candidate, rollout)
    this.#heard_ms = Date.now()
    this.#models.divide(this.#split)
    this.#events.onRollout(
      `${this.#name}: version ${candidate.version} answers ${rollout.weight} % of the requests (${rollout.rollout_id}).`,
    )
    return undefined
  }

  /** What is to be done once the alias was looked up: its new version is no longer a candidate. */
  settle(served: Served): void {
    if (this.#split && this.#split.stable !== served) this.#end(this.#split)
  }

  async #active(): Promise<Rollout | undefined> {
    try {
      const { rollouts } = await this.#client.millrace.rolloutsList({ name: this.#name, alias: this.#alias })
      return rollouts[0]
    } catch (error) {
      if (!(error instanceof MillraceError) || error.status !== 404) throw error
      this.#ask_again_ms = Date.now() + UNKNOWN_MS
      return undefined
    }
  }

  /** A version that can't be served ends its rollout, for every process; files that did not arrive are asked for again. */
  async #load(rollout: Rollout, { name, uri }: Served): Promise<Served | undefined> {
    try {
      return await loadVersion(uri, { name, version: rollout.version }, this.#client, this.#rules)
    } catch (error) {
      if (!(error instanceof Refused) || error.step === 'find' || error.step === 'fetch') throw error
      this.#refused.add(rollout.rollout_id)
      await this.#send(rollout, NOTHING, `at the step "${error.step}": ${error.message}`.slice(0, 2_000))
      throw error
    }
  }

  async #report(split: Split): Promise<'finished' | undefined> {
    const { division } = split
    let rollout: Rollout | undefined
    try {
      rollout = await this.#send(division, split.counts)
    } catch (error) {
      if (division.weight > 0 && Date.now() - this.#heard_ms > SILENCE_MS) {
        split.divide({ ...division, weight: 0, shadow_percent: 0 })
        this.#events.onRollout(
          `${this.#name}: the registry is silent; version ${split.stable.version} answers all until it is heard again.`,
        )
      }
      throw error
    }
    this.#heard_ms = Date.now()
    const is_same = rollout?.rollout_id === division.rollout_id
    if (is_same && rollout?.state === 'finished' && rollout.weight === 100) return 'finished'
    if (!rollout || !is_same || (rollout.state !== 'running' && rollout.state !== 'paused')) {
      const why = is_same && rollout ? `${rollout.state.replace('_', ' ')}: ${rollout.reason}` : 'it is over'
      this.#end(split)
      this.#events.onRollout(`${this.#name}: version ${split.stable.version} answers all again (${division.rollout_id}: ${why}).`)
      return undefined
    }
    if (rollout.step !== division.step || rollout.weight !== division.weight) {
      this.#events.onRollout(`${this.#name}: version ${split.candidate.version} answers ${rollout.weight} % of the requests now.`)
    }
    split.divide(rollout)
    return undefined
  }

  async #send({ rollout_id, step }: { rollout_id: string; step: number }, counts: Counts, refused?: string): Promise<Rollout | undefined> {
    const said = { name: this.#name, alias: this.#alias, rollout_id, process: this.#process, step, counts }
    return (await this.#client.millrace.rolloutsReport({ ...said, ...(refused !== undefined && { refused }) })).rollout
  }

  #end(split: Split): void {
    this.#models.unite(split)
    this.#split = undefined
  }
}

const NO_SIDE = { requests: 0, errors: 0, refused: 0, latency: [], outputs: [] }
const NOTHING: Counts = { stable: NO_SIDE, candidate: NO_SIDE, shadow: NO_SIDE, compared: 0, differing: 0 }
