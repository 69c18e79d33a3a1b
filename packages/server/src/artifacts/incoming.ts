import type { Readable } from 'node:stream'
import type { Exchange } from '../http/endpoint.ts'
import { ApiError } from '../http/errors.ts'
import type { Incoming } from './stores/store.ts'

/** The body of an upload, counted while it passes. @throws ApiError REQUEST_TOO_LARGE as soon as it is known to be too long */
export function incomingOf(exchange: Exchange, max_bytes = Number.POSITIVE_INFINITY, tooLarge = tooLargeOf(max_bytes)): Incoming {
  const length = exchange.headers['content-length']
  const declared_bytes = typeof length === 'string' ? Number(length) : undefined
  if (declared_bytes !== undefined && declared_bytes > max_bytes) throw tooLarge
  return { body: counted(exchange.body, max_bytes, tooLarge), declared_bytes }
}

async function* counted(body: Readable, max_bytes: number, tooLarge: ApiError): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    // The request must outlive a refusal: whoever sent it waits for the answer on the same connection.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > max_bytes) throw tooLarge
      yield chunk
    }
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('BAD_REQUEST', 'The connection ended before the whole upload was there; nothing of it was kept.', { cause: error })
  }
}

const tooLargeOf = (max_bytes: number): ApiError =>
  new ApiError('REQUEST_TOO_LARGE', `The upload is longer than the ${max_bytes} bytes that this server takes for one artifact.`)
