import { availableParallelism } from 'node:os'
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
type Limits = { waiting_max: number; answer_max_ms: number; threads_max: number; patience_ms: number }
/** A thread, and what it is at. */
type Seat = { readonly worker: Worker; at?: Waiting | undefined; deadline?: NodeJS.Timeout | undefined }

/** 64 waiting searches are minutes of work; one that takes two minutes has lost its client. A thread costs 30 MB and 100 ms to start. */
const LIMITS: Limits = {
  waiting_max: 64,
  answer_max_ms: 120_000,
  threads_max: Math.min(2, availableParallelism()),
  patience_ms: 50,
}

/**
 * Threads with read-only connections of their own, for endpoints marked `heavy`: while one sorts 100,000 runs, the main thread goes on
 * answering `/health` and small writes. The first starts with the first such request, the next when requests have waited a while. Each
 * answers one request after the other. When one dies, the request that it was at fails, and others answer those that wait.
 */
export class ReaderThreads {
  readonly #start: () => Worker
  readonly #limits: Limits
  /** In the order of arrival; those that a thread is at are no longer among them. */
  #waiting: Waiting[] = []
  #seats: Seat[] = []
  #impatient: NodeJS.Timeout | undefined
  #next = 0

  constructor(start: () => Worker, limits: Partial<Limits> = {}) {
    this.#start = start
    this.#limits = { ...LIMITS, ...limits }
  }

  /** @throws ApiError TEMPORARILY_UNAVAILABLE when too many wait already, or the answer takes too long */
  answer(route: Route, input: unknown, context: Context, module?: string, hide?: Hide): Promise<Buffer | Owners> {
    const unanswered = this.#waiting.length + this.#seats.filter(({ at }) => at).length
    if (unanswered >= this.#limits.waiting_max) {
      throw new ApiError('TEMPORARILY_UNAVAILABLE', `${unanswered} long requests are waiting already; try again in a while.`)
    }
    const question: Question = { id: this.#next++, route, module, input, context, hide }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject })
      this.#seatThem()
    })
  }

  async close(): Promise<void> {
    const seats = this.#seats
    const unanswered = [...seats.flatMap(({ at }) => at ?? []), ...this.#waiting]
    this.#seats = []
    this.#waiting = []
    clearTimeout(this.#impatient)
    for (const { deadline } of seats) clearTimeout(deadline)
    for (const { reject } of unanswered) reject(new ApiError('TEMPORARILY_UNAVAILABLE', 'The server is stopping; try again.'))
    await Promise.all(seats.map(({ worker }) => worker.terminate()))
  }

  /** Gives those that wait to threads that are free. */
  #seatThem(): void {
    for (const seat of this.#seats) if (!seat.at) this.#give(seat)
    if (this.#waiting.length === 0) return
    if (this.#seats.length === 0) this.#give(this.#startOne())
    if (this.#waiting.length === 0 || this.#impatient || this.#seats.length >= this.#limits.threads_max) return
    this.#impatient = setTimeout(() => {
      this.#impatient = undefined
      if (this.#waiting.length > 0 && this.#seats.length < this.#limits.threads_max) this.#give(this.#startOne())
      this.#seatThem()
    }, this.#limits.patience_ms)
    this.#impatient.unref()
  }

  #give(seat: Seat): void {
    const next = this.#waiting.shift()
    seat.at = next
    if (!next) return
    seat.worker.postMessage(next.question)
    seat.deadline = setTimeout(() => {
      const seconds = this.#limits.answer_max_ms / 1000
      this.#lost(seat, new ApiError('TEMPORARILY_UNAVAILABLE', `The answer took longer than ${seconds} s; ask for less at once.`))
      void seat.worker.terminate()
    }, this.#limits.answer_max_ms)
    seat.deadline.unref()
  }

  #startOne(): Seat {
    const seat: Seat = { worker: this.#start() }
    seat.worker.unref()
    seat.worker.on('message', (reply: Reply) => this.#settle(seat, reply))
    seat.worker.on('error', (error) => this.#lost(seat, error instanceof Error ? error : new Error(String(error))))
    seat.worker.on('exit', () => this.#lost(seat, new Error('the reader thread ended')))
    this.#seats.push(seat)
    return seat
  }

  #settle(seat: Seat, reply: Reply): void {
    const waiting = seat.at
    clearTimeout(seat.deadline)
    seat.at = undefined
    this.#seatThem()
    if (reply.bytes) waiting?.resolve(Buffer.from(reply.bytes.buffer, reply.bytes.byteOffset, reply.bytes.byteLength))
    else if (reply.owners) waiting?.resolve({ owners: reply.owners })
    else if (reply.code) waiting?.reject(new ApiError(reply.code, reply.message ?? ''))
    else waiting?.reject(Object.assign(new Error(reply.message), { stack: reply.stack }))
  }

  /** Fails the request that the thread was at. A thread that died of an error is reported twice. */
  #lost(seat: Seat, error: Error): void {
    if (!this.#seats.includes(seat)) return
    this.#seats = this.#seats.filter((one) => one !== seat)
    clearTimeout(seat.deadline)
    seat.at?.reject(error)
    this.#seatThem()
  }
}

/** A thread that answers endpoints from a database file. */
export function startReader(threads: { file: string }): Worker {
  const file = import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.js'
  return new Worker(new URL(file, import.meta.url), { workerData: threads })
}
