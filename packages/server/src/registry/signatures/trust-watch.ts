import { readFileSync, statSync } from 'node:fs'
import { NOBODY, readTrust, SignatureProblem, type Trust } from '@millrace/sign'
import { withKeyless } from '@millrace/sign/keyless'
import { type ModelSigner, signerFromFile, signerFromPem } from '@millrace/sign/make'
import type { Signing } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Log } from '../../http/log.ts'
import { versionsAfter } from './attestation-store.ts'
import { showSigners } from './reserved-tags.ts'
import { holdTrusted } from './trusted.ts'

const LOOK_EVERY_MS = 2_000

/**
 * Knows who is trusted: reads the trust file at the start and whenever it changes, so that a revocation counts within seconds, and then
 * shows anew who signed each version. A file that can't be read leaves those who were trusted before.
 */
export class TrustWatch {
  readonly #db: Database
  readonly #file: string | undefined
  readonly #own: ModelSigner | undefined
  readonly #log: Log
  #seen = ''
  #timer: NodeJS.Timeout | undefined
  #showing: Promise<void> = Promise.resolve()
  #stopping = false

  private constructor(db: Database, signing: Signing | undefined, log: Log) {
    this.#db = db
    this.#file = signing?.trust_file
    this.#own = signing && ownKey(signing)
    this.#log = log
    this.#seen = this.#stamp()
  }

  /** @throws Error when the trust file or the key can't be read: a server that trusts others than it was told is worse than none */
  static async open(db: Database, signing: Signing | undefined, log: Log): Promise<TrustWatch> {
    const watch = new TrustWatch(db, signing, log)
    try {
      watch.#hold(await watch.#read())
    } catch (error) {
      throw new Error(`--signing-trust can't be read: ${(error as Error).message}`, { cause: error })
    }
    return watch
  }

  /** Shows who signed what by today's trust, which may be another than at the last end, and looks at the file from now on. */
  start(): void {
    this.#show()
    if (this.#file === undefined) return
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#timer)
    await this.#showing
  }

  async #look(): Promise<void> {
    const stamp = this.#stamp()
    if (stamp === this.#seen) return
    this.#seen = stamp
    try {
      const trust = await this.#read()
      // While it was read it may have changed again, and another look begun.
      if (this.#stopping || this.#seen !== stamp) return
      this.#hold(trust)
      this.#log.info({ file: this.#file }, 'signatures: the trust file was read again')
      this.#show()
    } catch (error) {
      this.#log.error({ err: error, file: this.#file }, 'signatures: the trust file is not readable; who was trusted before still is')
    }
  }

  #hold(trust: Trust): void {
    holdTrusted(this.#db.reader, { trust, ...(this.#own && { own: this.#own }) })
  }

  async #read(): Promise<Trust> {
    if (this.#file === undefined) return NOBODY
    return withKeyless(readTrust(readFileSync(this.#file, 'utf8'), this.#file))
  }

  #stamp(): string {
    if (this.#file === undefined) return ''
    try {
      const { mtimeMs, size, ino } = statSync(this.#file)
      return `${mtimeMs} ${size} ${ino}`
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code)
    }
  }

  #show(): void {
    this.#showing = this.#showing
      .then(() => this.#showAll())
      .catch((error) => this.#log.error({ err: error }, 'signatures: the tags that tell who signed could not be written'))
  }

  async #showAll(): Promise<void> {
    for (let last = 0; !this.#stopping; ) {
      const versions = await versionsAfter(this.#db.reader, last)
      if (versions.length === 0) return
      // One at a time: others write in between.
      for (const version of versions) if (!this.#stopping) await this.#db.write((tx) => showSigners(tx, version))
      last = versions.at(-1) as number
    }
  }
}

function ownKey({ key_file, key, key_password }: Signing): ModelSigner | undefined {
  const password = key_password?.reveal()
  try {
    if (key_file !== undefined) return { signer: signerFromFile(key_file, password) }
    return key && { signer: signerFromPem(key.reveal(), password, 'MILLRACE_SIGNING_KEY') }
  } catch (error) {
    if (error instanceof SignatureProblem) throw new Error(`The server's signing key: ${error.message}`, { cause: error })
    throw error
  }
}
