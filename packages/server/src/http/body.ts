import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors.ts'

/** How long a JSON body may take to arrive: one byte a second is no client of ours (security case DO-06). */
export const BODY_WAIT_MAX_MS = 60_000

// What `Schema` knows is a few levels deep, and `json()` fields say their own limit. This one is for what no schema looks at.
const DEPTH_MAX = 500
// Shorter ones can't nest deep enough to matter, and are most of all requests: they are spared the scan.
const SCANNED_FROM_BYTES = 65_536

/**
 * The whole body. What is too long is refused as soon as that is known: by its declared length before the first byte is read.
 * @throws ApiError REQUEST_TOO_LARGE, REQUEST_TIMEOUT
 */
export function readBody(request: IncomingMessage, max_bytes: number, wait_max_ms: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > max_bytes) return reject(tooLarge(max_bytes))
    let chunks: Buffer[] | undefined = []
    let length = 0
    let timer: NodeJS.Timeout | undefined
    // Most bodies are there at once; only what is not needs to be waited for.
    const soon = setImmediate(() => {
      timer = setTimeout(() => fail(tooSlow(wait_max_ms)), wait_max_ms)
    })
    // The listeners stay and hear nothing any more: whatever fails afterwards is the connection's end, which is answered already.
    const end = (): void => {
      chunks = undefined
      clearImmediate(soon)
      clearTimeout(timer)
    }
    const fail = (error: ApiError): void => {
      end()
      reject(error)
    }
    const onGone = (): void => {
      if (chunks) fail(new ApiError('BAD_REQUEST', 'The connection ended before the whole body was there.'))
    }
    request.on('data', (chunk: Buffer) => {
      if (!chunks) return
      length += chunk.length
      if (length > max_bytes) fail(tooLarge(max_bytes))
      else chunks.push(chunk)
    })
    request.on('end', () => {
      if (!chunks) return
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)
      end()
      resolve(body)
    })
    request.on('error', onGone).on('close', onGone)
  })
}

function tooLarge(max_bytes: number): ApiError {
  return new ApiError(
    'REQUEST_TOO_LARGE',
    `The body is longer than the ${max_bytes} bytes that this endpoint takes; send it in smaller parts.`,
  )
}

function tooSlow(wait_max_ms: number): ApiError {
  return new ApiError('REQUEST_TIMEOUT', `The body did not arrive within ${wait_max_ms / 1000} s.`)
}

/**
 * The body's bytes as JSON. MLflow's oldest clients send it encoded twice; both are taken.
 * @throws ApiError BAD_REQUEST
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {}
  if (!isUtf8(bytes)) throw new ApiError('BAD_REQUEST', 'The body is not JSON in UTF-8.')
  const value = parseShallow(bytes)
  return typeof value === 'string' ? parseShallow(Buffer.from(value)) : value
}

function parseShallow(bytes: Buffer): unknown {
  if (bytes.length >= SCANNED_FROM_BYTES) requireShallow(bytes)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new ApiError('BAD_REQUEST', 'The body is not JSON.')
  }
}

/** A number of the body as its sender wrote it, for an error's sentence: JavaScript's numbers have forgotten the `.0` of `9.0`. */
export function numberAsWritten(bytes: Buffer, value: number): string {
  let written = String(value)
  const look = (_key: string, one: unknown, context?: { source?: string }): unknown => {
    if (one === value && context?.source !== undefined) written = context.source
    return one
  }
  JSON.parse(bytes.toString('utf8'), look)
  return written
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Counts brackets outside of strings, without parsing: V8 parses any depth, and what walks over the result later need not stand it. */
function requireShallow(bytes: Buffer): void {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH_MAX) throw new ApiError('INVALID_PARAMETER_VALUE', `The body is nested deeper than ${DEPTH_MAX} levels.`)
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
}
