import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

/** So small that what was read is still in the processor's cache when it is sent. */
const BLOCK_BYTES = 2 ** 18

/**
 * The bytes of an open file from `start` to `end`, both included; the file is closed when they were read, or when the stream is destroyed.
 *
 * Piped into an answer, two blocks take turns, one being read while the other is sent: a stream of Node's makes a new block for each read,
 * and a download then spends its time on fresh memory (256 MiB: 440 ms of CPU that way, 140 ms this way).
 */
export class DiskBody extends Readable {
  readonly #handle: FileHandle
  readonly #end: number
  #at: number

  constructor(handle: FileHandle, start: number, end: number) {
    super({ highWaterMark: BLOCK_BYTES })
    this.#handle = handle
    this.#at = start
    this.#end = end
  }

  override _read(): void {
    this.#fill(Buffer.allocUnsafeSlow(this.#blockBytes())).then(
      (block) => this.push(block.length === 0 ? null : block),
      (error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#handle.close().then(
      () => done(error),
      (failure) => done(error ?? failure),
    )
  }

  override pipe<T extends NodeJS.WritableStream>(out: T): T {
    this.#sendTo(out).then(
      () => {
        out.end()
        this.push(null)
        this.resume()
      },
      (error) => this.destroy(error),
    )
    return out
  }

  async #sendTo(out: NodeJS.WritableStream): Promise<void> {
    const bytes = this.#blockBytes()
    const blocks = [Buffer.allocUnsafeSlow(bytes), Buffer.allocUnsafeSlow(bytes)] as const
    let sent: Promise<void> = Promise.resolve()
    for (let turn = 0; !this.destroyed; turn++) {
      const block = await this.#fill(blocks[turn % 2 === 0 ? 0 : 1])
      await sent
      if (block.length === 0 || this.destroyed) return
      sent = new Promise((ok, fail) => out.write(block, (error) => (error ? fail(error) : ok())))
      // Its failure is met at the next turn; until then it must not count as unhandled.
      sent.catch(() => {})
    }
  }

  /** The next bytes, in the block; none at the end. @throws Error when the file became shorter meanwhile: its length was already told */
  async #fill(block: Buffer): Promise<Buffer> {
    const wanted = Math.min(block.length, this.#end + 1 - this.#at)
    if (wanted <= 0) return block.subarray(0, 0)
    const { bytesRead } = await this.#handle.read(block, 0, wanted, this.#at)
    if (bytesRead === 0) throw new Error('an artifact became shorter while it was read')
    this.#at += bytesRead
    return block.subarray(0, bytesRead)
  }

  #blockBytes(): number {
    return Math.max(0, Math.min(BLOCK_BYTES, this.#end + 1 - this.#at))
  }
}
