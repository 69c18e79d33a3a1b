import { Worker } from 'node:worker_threads'
import type { Context } from './context.ts'
import type { Route } from './endpoint.ts'
import { ApiError, type ErrorCode } from './errors.ts'
import type { OwnerName } from './mask.ts'

/** What the thread is asked: an endpoint by its route, and its module if that is known; its decoded input; the context. */
export type Question = { id: number; route: Route; module?: string | undefined; input: unknown; context: Context; hide?: Hide | undefined }
/** Whether credentials in the answer are hidden: asks whose they are, or tells of whom they may be shown. */
export type Hide = 'ask' | readonly OwnerName[]
/** Whose credentials the answer would hold. */
export type Owners = { readonly owners: readonly OwnerName[] }
/** What it answers: the JSON's bytes, or an error that was foreseen, or one that was not. */
export type Reply = {
  id: number
  bytes?: Uint8Array
  owners?: readonly OwnerName[]
  code?: ErrorCode
  message?: string
  stack?: string | undefined
}

type Waiting = { question: Question; resolve: (answer: Buffer | Owners) => void; reject: (error: Error) => void }
type Limits = { waiting_max: number; answer_max_ms: number }

/** 64 waiting searches are minutes of work; one that takes two minutes has lost its client. */
const LIMITS: Limits = { waiting_max: 64, answer_max_ms: 120_000 }

/**
 * A thread with a read-only connection of its own, for endpoints marked `heavy`: while it sorts 100,000 runs, this thread goes on
 * answering `/health` and small writes. It starts with the first such request, and answers one request after the other. When it dies,
 * the request that it was at fails, and another thread answers those behind it.
 */
export class ReaderThread {
  readonly #start: () => Worker
  readonly #limits: Limits
  /** In the order of arrival: the first is the one that is being answered. */
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #deadline: NodeJS.Timeout | undefined
  #next = 0

  constructor(start: () => Worker, limits: Partial<Limits> = {}) {
    this.#start = start
    this.#limits = { ...LIMITS, ...limits }
  }

  /** @throws ApiError TEMPORARILY_UNAVAILABLE when too many wait already, or the answer takes too long */
  answer(route: Route, input: unknown, context: Context, module?: string, hide?: Hide): Promise<Buffer | Owners> {
    if (this.#waiting.size >= this.#limits.waiting_max) {
      throw new ApiError('TEMPORARILY_UNAVAILABLE', `${this.#waiting.size} long requests are waiting already; try again in a while.`)
    }
    const question: Question = { id: this.#next++, route, module, input, context, hide }
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { question, resolve, reject })
      this.#running().postMessage(question)
      if (this.#waiting.size === 1) this.#watch()
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    clearTimeout(this.#deadline)
    for (const { reject } of this.#waiting.values()) reject(new ApiError('TEMPORARILY_UNAVAILABLE', 'The server is stopping; try again.'))
    this.#waiting.clear()
    await worker?.terminate()
  }

  #running(): Worker {
    if (this.#worker) return this.#worker
    const worker = this.#start()
    worker.unref()
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', (error) => this.#lost(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#lost(worker, new Error('the reader thread ended')))
    this.#worker = worker
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    this.#watch()
    if (reply.bytes) waiting?.resolve(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength))
    else if (reply.owners) waiting?.resolve({ owners: reply.owners })
    else if (reply.code) waiting?.reject(new ApiError(reply.code, reply.message ?? ''))
    else waiting?.reject(Object.assign(new Error(reply.message), { stack: reply.stack }))
  }

  /** The time of the one that is being answered starts anew with each answer. */
  #watch(): void {
    clearTimeout(this.#deadline)
    if (this.#waiting.size === 0) return
    this.#deadline = setTimeout(() => {
      const worker = this.#worker
      if (!worker) return
      const seconds = this.#limits.answer_max_ms / 1000
      this.#lost(worker, new ApiError('TEMPORARILY_UNAVAILABLE', `The answer took longer than ${seconds} s; ask for less at once.`))
      worker.terminate()
    }, this.#limits.answer_max_ms)
    this.#deadline.unref()
  }

  /** Fails the request that the thread was at, and asks another thread the rest. */
  #lost(worker: Worker, error: Error): void {
    // A thread that died of an error is reported twice, and one that was replaced is none of ours.
    if (worker !== this.#worker) return
    this.#worker = undefined
    const [current, ...others] = this.#waiting.values()
    if (current) {
      this.#waiting.delete(current.question.id)
      current.reject(error)
    }
    for (const { question } of others) this.#running().postMessage(question)
    this.#watch()
  }
}

/** A thread that answers endpoints from a database file. */
export function startReader(threads: { file: string }): Worker {
  const file = import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.js'
  return new Worker(new URL(file, import.meta.url), { workerData: threads })
}
