import type { Readable } from 'node:stream'
import type { Exchange } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import { chunkPassed } from './collect.ts'
import type { Incoming } from './stores/store.ts'

/** The body of an upload, counted while it passes. @throws ApiError REQUEST_TOO_LARGE as soon as it is known to be too long */
export function incomingOf(exchange: Exchange, max_bytes = Number.POSITIVE_INFINITY, tooLarge = tooLargeOf(max_bytes)): Incoming {
  const { upload } = exchange
  const length = exchange.headers['content-length']
  const declared_bytes = typeof length === 'string' ? Number(length) : undefined
  if (declared_bytes !== undefined && declared_bytes > max_bytes) throw tooLarge
  const isTighter = upload !== undefined && upload.max_bytes < max_bytes
  const body = new ArrivingBody(exchange, isTighter ? upload.max_bytes : max_bytes, isTighter ? upload.exceeded : tooLarge)
  return { fill: (block) => body.fill(block), declared_bytes }
}

/** Bytes that are there already, for a store to keep. */
export function incomingBytes(bytes: Buffer): Incoming {
  let at = 0
  const fill = async (block: Buffer): Promise<number> => {
    const copied = bytes.copy(block, 0, at)
    at += copied
    return copied
  }
  return { fill, declared_bytes: bytes.length }
}

type Wanted = { readonly block: Buffer; resolve(bytes: number): void; reject(error: Error): void }

const NOTHING = Buffer.alloc(0)

/**
 * Copies a request's chunks into blocks that are used again, so that each chunk is done with at once; stands still while none is wanted.
 * It never destroys the request: whoever sent it waits for the answer on the same connection.
 */
class ArrivingBody {
  readonly #body: Readable
  readonly #upload: Exchange['upload']
  readonly #max_bytes: number
  readonly #tooLarge: ApiError
  #begun = false
  #wanted: Wanted | undefined
  #filled = 0
  #arrived = 0
  /** What did not fit into the last block. */
  #rest: Buffer = NOTHING
  #ended = false
  #failure: ApiError | undefined

  constructor({ body, upload }: Exchange, max_bytes: number, tooLarge: ApiError) {
    this.#body = body
    this.#upload = upload
    this.#max_bytes = max_bytes
    this.#tooLarge = tooLarge
  }

  fill(block: Buffer): Promise<number> {
    if (!this.#begun) this.#begin()
    return new Promise((resolve, reject) => {
      this.#wanted = { block, resolve, reject }
      this.#filled = 0
      const rest = this.#rest
      this.#rest = NOTHING
      if (this.#take(rest)) return
      if (this.#failure || this.#ended) this.#settle()
      else this.#body.resume()
    })
  }

  #begin(): void {
    this.#begun = true
    const body = this.#body
    if (body.readableEnded) this.#ended = true
    else if (body.destroyed) this.#gone(body.errored ?? undefined)
    body.pause()
    body.on('data', (chunk) => this.#onData(chunk))
    body.on('end', () => {
      this.#ended = true
      this.#settle()
    })
    body.on('error', (error) => this.#gone(error))
    body.on('close', () => this.#gone(undefined))
  }

  #onData(chunk: Buffer): void {
    // The request was answered before its end: the rest is thrown away.
    if (!this.#wanted) return
    this.#arrived += chunk.length
    this.#upload?.arrived(chunk.length)
    if (this.#arrived > this.#max_bytes) this.#fail(this.#tooLarge)
    else if (this.#take(chunk)) this.#body.pause()
    chunkPassed(chunk.length)
  }

  /** Whether the block is full now. */
  #take(chunk: Buffer): boolean {
    const { block } = this.#wanted as Wanted
    const copied = chunk.copy(block, this.#filled)
    this.#filled += copied
    if (this.#filled < block.length) return false
    this.#rest = chunk.subarray(copied)
    this.#settle()
    return true
  }

  #gone(cause: Error | undefined): void {
    if (this.#ended) return
    const message = 'The connection ended before the whole upload was there; nothing of it was kept.'
    this.#fail(new ApiError('BAD_REQUEST', message, { cause }))
  }

  #fail(failure: ApiError): void {
    this.#failure ??= failure
    this.#settle()
  }

  #settle(): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    if (this.#failure) wanted?.reject(this.#failure)
    else wanted?.resolve(this.#filled)
  }
}

const tooLargeOf = (max_bytes: number): ApiError =>
  new ApiError('REQUEST_TOO_LARGE', `The upload is longer than the ${max_bytes} bytes that this server takes for one artifact.`)
