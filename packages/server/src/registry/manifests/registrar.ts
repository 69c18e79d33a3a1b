import { artifactStores, changesSettled, onSlipped, type Place } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Log } from '../../http/log.ts'
import { type Next, Rounds } from '../../rounds.ts'
import { hashPlace, type Manifest } from './manifest.ts'
import {
  claimJob,
  extendLease,
  type Held,
  hashAgain,
  isPending,
  type Job,
  newLease,
  nextDue,
  recordFailure,
  recordManifest,
  tryAgain,
} from './manifest-store.ts'

/**
 * What must be done before a version is ready, once its files are known: it may take long, and may refuse the version in a sentence.
 * Done again when the server ended in between.
 */
export type Step = (version: number, manifest: Manifest, place: Place) => Promise<{ refused: string } | undefined>

const LEASE_MS = 15_000
const EXTEND_EVERY_MS = 5_000
const AT_ONCE_MAX = 2
const ATTEMPTS_MAX = 10
const PAUSE_MAX_MS = 60_000
/** How soon what another process left behind is noticed, at the latest. */
const LOOK_EVERY_MS = 5_000
const WAITING_MAX = 64
/** Jobs that one process keeps for itself; the others are found by whoever has time. */
const OWN_MAX = 64

const registrars = new WeakMap<object, Registrar>()

/** The registrar of this process on a database; an instance of the command has none. */
export const registrarOf = (database: object): Registrar | undefined => registrars.get(database)

/** Waits a moment for a version's registration to end in this process: then clients don't ask again and again. */
export const settled = (database: object, version: number, wait_ms: number): Promise<void> =>
  registrars.get(database)?.settled(version, wait_ms) ?? Promise.resolve()

class NotOurs extends Error {}

/** Hashes the files of new versions, and makes the versions ready. Each process on a database has one; leases keep them apart. */
export class Registrar {
  readonly #db: Database
  readonly #settings: Settings
  readonly #log: Log
  readonly #steps: readonly Step[]
  readonly #under_way = new Set<Promise<void>>()
  readonly #waiting = new Map<number, Set<() => void>>()
  /** Jobs that this process holds since the commit that made them. */
  readonly #own: Job[] = []
  readonly #rounds: Rounds
  #waiters = 0

  constructor(db: Database, settings: Settings, log: Log, steps: readonly Step[] = []) {
    this.#db = db
    this.#settings = settings
    this.#log = log
    this.#steps = steps
    const failed = (error: unknown) => log.error({ err: error }, 'registry: the versions that wait could not be read; again in a moment')
    this.#rounds = new Rounds(() => this.#take(), failed)
  }

  /** Begins with what was left when the last process ended. */
  start(): void {
    const { identity } = this.#db.reader
    registrars.set(identity, this)
    onSlipped(identity, async (version) => {
      await this.#db.write((tx) => hashAgain(tx, version, Date.now()))
      this.wake()
    })
    this.wake()
  }

  /** Looks for what is due. */
  wake(): void {
    this.#rounds.wake()
  }

  /** How a version that is just being made is put down: as held by this process, which begins after the commit; or for whoever looks. */
  holding(now_ms: number): Held {
    if (this.#rounds.stopping || this.#own.length >= OWN_MAX) return { due_ms: now_ms, lease: '' }
    return { due_ms: now_ms + LEASE_MS, lease: newLease() }
  }

  /** Begins with a version that was made: its job was put down with what {@link holding} gave. */
  begin(job: Job): void {
    if (job.lease !== '') this.#own.push(job)
    this.wake()
  }

  /** Gives up what is under way, which whoever comes next begins anew. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
    await Promise.all(this.#under_way)
  }

  async settled(version: number, wait_ms: number): Promise<void> {
    if (this.#rounds.stopping || this.#waiters >= WAITING_MAX) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const those = this.#waiting.get(version) ?? new Set()
    this.#waiting.set(version, those.add(resolve))
    this.#waiters++
    const timer = setTimeout(resolve, wait_ms)
    // It may have ended between the caller's look and this one.
    if (await isPending(this.#db.reader, version)) await promise
    clearTimeout(timer)
    this.#waiters--
    those.delete(resolve)
    if (those.size === 0) this.#waiting.delete(version)
  }

  async #take(): Promise<Next> {
    // With no room, the end of one that is under way wakes.
    if (this.#under_way.size >= AT_ONCE_MAX) return undefined
    const own = this.#own.shift()
    if (own) return this.#start(own)
    const due_ms = await nextDue(this.#db.reader)
    const now_ms = Date.now()
    // What another process put down is not told of: it is looked for.
    const look_ms = this.#db.reader.dialect.has_neighbours ? now_ms + LOOK_EVERY_MS : due_ms
    if (due_ms === undefined) return look_ms === undefined ? undefined : { at_ms: look_ms }
    if (due_ms > now_ms) return { at_ms: Math.min(look_ms ?? due_ms, due_ms) }
    const job = await this.#db.write((tx) => claimJob(tx, now_ms, LEASE_MS))
    return job ? this.#start(job) : { at_ms: now_ms + LOOK_EVERY_MS }
  }

  #start(job: Job): Next {
    const done: Promise<void> = this.#register(job).finally(() => {
      this.#under_way.delete(done)
      this.wake()
    })
    this.#under_way.add(done)
    return 'again'
  }

  async #register(job: Job): Promise<void> {
    try {
      const { store, folder } = artifactStores(this.#settings).at(job.location)
      const place: Place = { store, folder: [...folder, ...job.path.split('/').filter(Boolean)] }
      await changesSettled(this.#db.reader.identity, place.store, place.folder)
      const goOn = this.#keeping(job)
      const manifest = await hashPlace(place, goOn)
      let refused: string | undefined
      for (const step of this.#steps) refused ??= (await step(job.version, manifest, place))?.refused
      const is_ours = await this.#db.write((tx) => recordManifest(tx, job, manifest, refused, Date.now()))
      // Else somebody hashes it anew, which is what is waited for.
      if (is_ours) this.#tell(job.version)
    } catch (error) {
      if (!(error instanceof NotOurs)) await this.#failed(job, error as Error)
    }
  }

  /** Asked before each piece: whether to go on, with the lease made longer now and then. */
  #keeping(job: Job): () => Promise<void> | void {
    let extended_ms = Date.now()
    return () => {
      if (this.#rounds.stopping) throw new Error('the server stops')
      const now_ms = Date.now()
      if (now_ms - extended_ms < EXTEND_EVERY_MS) return
      extended_ms = now_ms
      return this.#db
        .write((tx) => extendLease(tx, job, now_ms + LEASE_MS))
        .then((is_ours) => {
          if (!is_ours) throw new NotOurs('another process has taken the version over')
        })
    }
  }

  async #failed(job: Job, error: Error): Promise<void> {
    const attempts = this.#rounds.stopping ? job.attempts : job.attempts + 1
    const pause_ms = this.#rounds.stopping ? 0 : Math.min(PAUSE_MAX_MS, 500 * 2 ** attempts)
    try {
      if (attempts < ATTEMPTS_MAX) return await this.#db.write((tx) => tryAgain(tx, job, attempts, Date.now() + pause_ms))
      this.#log.warn({ err: error, version: job.version }, "registry: a version's files could not be read")
      await this.#db.write((tx) => recordFailure(tx, job, `The files could not be read, ${attempts} times. Register the version again.`))
      this.#tell(job.version)
    } catch (problem) {
      this.#log.error({ err: problem, version: job.version }, "registry: a version's failure was not recorded; its lease ends by itself")
    }
  }

  #tell(version: number): void {
    for (const resolve of this.#waiting.get(version) ?? []) resolve()
  }
}
