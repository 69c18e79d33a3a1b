import { RULES_VERSION } from '@millrace/scan/rules'
import { artifactStores, type Place } from '../../artifacts/index.ts'
import type { Settings } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Log } from '../../http/log.ts'
import { type Next, Rounds } from '../../rounds.ts'
import { filesLieAt, hashPlace, manifestOfVersion } from '../manifests/index.ts'
import { recordVerdict } from './record-verdict.ts'
import { judgeFiles } from './scan-version.ts'
import type { Verdict } from './verdict.ts'
import { outdatedVerdicts, verdictOfDigest, versionsWithDigest } from './verdict-store.ts'

/** Where the rules are from, and what they say: the scanner's, but in tests. */
export type Rules = { readonly version: string; readonly judge: typeof judgeFiles }

const BATCH = 100
/** So many versions of the same files are tried, where the files of some are not what they were. */
const VERSIONS_TRIED_MAX = 5

/**
 * Scans again what earlier rules judged, or nobody: rules come with an update, so that is looked for at every start. One version after the
 * other, each in a child; what fails now is quarantined by its verdict. Verdicts are of files with a digest: files that are not those which
 * were registered are not judged in their place, and keep the verdict that they have.
 */
export class Rescan {
  readonly #db: Database
  readonly #settings: Settings
  readonly #log: Log
  readonly #rules: Rules
  readonly #rounds: Rounds
  readonly #stopping = new AbortController()
  /** Digests that can't be judged in this process's life. */
  readonly #left = new Set<string>()
  #judged = 0

  constructor(db: Database, settings: Settings, log: Log, rules: Rules = { version: RULES_VERSION, judge: judgeFiles }) {
    this.#db = db
    this.#settings = settings
    this.#log = log
    this.#rules = rules
    const failed = (error: unknown) => log.error({ err: error }, 'registry: what is to be scanned again could not be read; in a moment')
    this.#rounds = new Rounds(() => this.#round(), failed)
  }

  start(): void {
    this.#rounds.wake()
  }

  /** Nothing is left that can be judged. */
  get idle(): boolean {
    return this.#rounds.idle
  }

  /** Gives up what is under way: the next start begins with it. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#rounds.stop()
  }

  async #round(): Promise<Next> {
    const outdated = await outdatedVerdicts(this.#db.reader, this.#rules.version, BATCH + this.#left.size)
    const next = outdated.filter(({ root_sha256 }) => !this.#left.has(root_sha256))
    for (const { root_sha256 } of next) {
      if (this.#rounds.stopping) return undefined
      await this.#judge(root_sha256)
    }
    if (next.length > 0) return 'again'
    const [judged, left] = [this.#judged, this.#left.size]
    if (judged + left > 0)
      this.#log.info({ judged, left, rules: this.#rules.version }, 'registry: what earlier rules judged was scanned again')
    return undefined
  }

  async #judge(root_sha256: string): Promise<void> {
    const known = await verdictOfDigest(this.#db.reader, root_sha256)
    // Another process on this database may have been there, or have later rules.
    if (known && !isLater(this.#rules.version, known.rules_version)) return void this.#left.add(root_sha256)
    try {
      const verdict = await this.#verdict(root_sha256)
      if (!verdict) {
        this.#left.add(root_sha256)
        this.#log.warn({ root_sha256 }, 'registry: files are not where they were registered, and were not scanned again')
        return
      }
      await this.#db.write((tx) => recordVerdict(tx, root_sha256, verdict))
      this.#judged++
      if (verdict.ending === 'malicious') this.#log.warn({ root_sha256 }, 'registry: registered files are malicious by the rules of today')
    } catch (error) {
      if (this.#rounds.stopping) return
      this.#left.add(root_sha256)
      this.#log.error({ err: error, root_sha256 }, 'registry: files could not be scanned again; the verdict is the one before')
    }
  }

  async #verdict(root_sha256: string): Promise<Verdict | undefined> {
    const versions = await versionsWithDigest(this.#db.reader, root_sha256)
    for (const { id } of versions.slice(0, VERSIONS_TRIED_MAX)) {
      const lies = await filesLieAt(this.#db.reader, id)
      const manifest = await manifestOfVersion(this.#db.reader, id)
      if (!lies || !manifest) continue
      const { store, folder } = artifactStores(this.#settings).at(lies.location)
      const place: Place = { store, folder: [...folder, ...lies.path.split('/').filter(Boolean)] }
      const found = await hashPlace(place, () => this.#stopping.signal.throwIfAborted())
      if (found.root_sha256 === root_sha256) return this.#rules.judge(manifest, place, this.#stopping.signal)
    }
    return undefined
  }
}

/** Versions of rules are numbers with dots. */
function isLater(one: string, other: string): boolean {
  const [these, those] = [one, other].map((version) => version.split('.').map(Number)) as [number[], number[]]
  const at = these.findIndex((part, index) => part !== (those[index] ?? 0))
  return at === -1 ? false : !((these[at] as number) < (those[at] ?? 0))
}
