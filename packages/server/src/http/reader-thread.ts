import { Worker } from 'node:worker_threads'
import type { Context } from './context.ts'
import type { Route } from './endpoint.ts'
import { ApiError, type ErrorCode } from './errors.ts'
import type { House } from './pipeline.ts'

/** What the thread is asked: an endpoint by its route, its decoded input, the context. */
export type Question = { id: number; route: Route; input: unknown; context: Context }
/** What it answers: the JSON's bytes, or an error that was foreseen, or one that was not. */
export type Reply = { id: number; bytes?: Uint8Array; code?: ErrorCode; message?: string; stack?: string | undefined }

type Waiting = { resolve: (bytes: Buffer) => void; reject: (error: Error) => void }

/**
 * A thread with a read-only connection of its own, for endpoints marked `heavy`: while it sorts 100,000 runs, this thread goes on
 * answering `/health` and small writes. It starts with the first such request.
 */
export class ReaderThread {
  readonly #house: House
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #next = 0

  constructor(house: House) {
    this.#house = house
  }

  answer(route: Route, input: unknown, context: Context): Promise<Buffer> {
    this.#worker ??= this.#start()
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker?.postMessage({ id, route, input, context } satisfies Question)
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.js', import.meta.url), {
      workerData: this.#house.db.threads,
    })
    worker.unref()
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', (error) => this.#lost(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#lost(new Error('the reader thread ended')))
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.bytes) waiting?.resolve(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength))
    else if (reply.code) waiting?.reject(new ApiError(reply.code, reply.message ?? ''))
    else waiting?.reject(Object.assign(new Error(reply.message), { stack: reply.stack }))
  }

  /** The next question starts another thread. */
  #lost(error: Error): void {
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
