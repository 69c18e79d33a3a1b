import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { gunzipSync, inflateSync } from 'node:zlib'
import { InputProblem, type Soon } from '../backend.ts'
import type { Answer } from '../protocols/answer.ts'
import { RequestProblem } from '../protocols/request-problem.ts'
import { JSON_LENGTH } from '../protocols/v2.ts'
import { problemOf, type Route, routeOf, type Serving } from './router.ts'

export type ServerOptions = Serving & {
  /** Sent by clients as `Authorization: Bearer ...`; undefined when nobody has to. */
  readonly token: string | undefined
  /** Whether it may be called by any name, as it is from elsewhere. */
  readonly any_host: boolean
  /** Called for a failure that is not the caller's. */
  readonly onFailure: (error: unknown) => void
}

/** By this header a caller stays with one version during a rollout. */
const KEY = 'x-millrace-key'
const HEADERS_MS = 10_000
const IDLE_MS = 65_000

/** A server for the models; it does not listen yet. */
export function createServing(options: ServerOptions): Server {
  const token = options.token === undefined ? undefined : digest(options.token)
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: options.limits.request_ms, keepAliveTimeout: IDLE_MS, maxHeaderSize: 16 * 1024 },
    (request, response) => handle(options, token, request, response),
  )
  server.maxRequestsPerSocket = 0
  return server
}

function handle(options: ServerOptions, token: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now()
  let route: Route
  try {
    guard(request, token, options.any_host)
    const url = request.url ?? '/'
    const query = url.indexOf('?')
    const path = query === -1 ? url : url.slice(0, query)
    const { headers, method = '' } = request
    route = routeOf(options, {
      method,
      path,
      content_type: headers['content-type'] ?? '',
      is_page: headers.origin !== undefined || headers['sec-fetch-site'] !== undefined,
      key: textOf(headers[KEY]),
      json_length: textOf(headers[JSON_LENGTH]),
    })
  } catch (error) {
    refuse(options, request, response, error)
    return
  }
  if (route.takes === 'nothing') {
    request.resume()
    send(response, route.answer(), request.method === 'HEAD')
    return
  }
  const { model, answer } = route
  readBody(request, options.limits.body_max_bytes, (error, arrived) => {
    let body = arrived
    const finish = (found: Answer): void => {
      send(response, found)
      const seconds = (performance.now() - started) / 1000
      options.metrics.count(model.name, model.version, found.status, seconds)
      const split = options.models.splitOf(model)
      if (split === undefined) return
      split.count(model, found, seconds)
      if (model === split.stable && split.division.shadow_percent > 0) split.copy(body.length, found, () => answer(body, split.candidate))
    }
    const fail = (problem: unknown): void => {
      if (response.destroyed) return
      if (error) response.setHeader('connection', 'close')
      finish(failure(options, problem))
    }
    let found: Soon<Answer>
    try {
      if (error) throw error
      body = unpacked(body, request.headers['content-encoding'], options.limits.body_max_bytes)
      found = answer(body, model)
    } catch (problem) {
      fail(problem)
      return
    }
    if (found instanceof Promise) found.then(finish, fail)
    else finish(found)
  })
}

/** @throws RequestProblem */
function guard(request: IncomingMessage, token: Buffer | undefined, any_host: boolean): void {
  if (token === undefined) {
    // A page of another site may have given its own name this machine's address; it still calls that name.
    if (any_host || isLocalName(request.headers.host)) return
    throw new RequestProblem('Without a token this server is called by its address or as localhost.', 403, 'PERMISSION_DENIED')
  }
  const path = request.url ?? ''
  if (path === '/ping' || path === '/health' || path.startsWith('/v2/health/')) return
  const given = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given !== undefined && timingSafeEqual(digest(given), token)) return
  throw new RequestProblem('Send the token of this server: Authorization: Bearer ...', 401, 'UNAUTHENTICATED')
}

const textOf = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header)

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}

function refuse(options: ServerOptions, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  request.resume()
  response.setHeader('connection', 'close')
  send(response, failure(options, error))
}

function failure(options: ServerOptions, error: unknown): Answer {
  if (!(error instanceof RequestProblem || error instanceof InputProblem)) options.onFailure(error)
  return problemOf(error)
}

const UNPACK = new Map([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
])

const tooLarge = (max_bytes: number): RequestProblem =>
  new RequestProblem(`The body is larger than ${max_bytes} bytes: send the rows in several requests.`, 413)

function readBody(request: IncomingMessage, max_bytes: number, done: (error: RequestProblem | undefined, body: Buffer) => void): void {
  if (Number(request.headers['content-length'] ?? 0) > max_bytes) {
    request.resume()
    done(tooLarge(max_bytes), Buffer.alloc(0))
    return
  }
  const pieces: Buffer[] = []
  let bytes = 0
  let is_over = false
  request.on('data', (piece: Buffer) => {
    if (is_over) return
    bytes += piece.length
    if (bytes > max_bytes) {
      is_over = true
      pieces.length = 0
      done(tooLarge(max_bytes), Buffer.alloc(0))
    } else pieces.push(piece)
  })
  request.on('end', () => {
    if (!is_over) done(undefined, pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces))
  })
  // The caller is gone: nobody waits for an answer.
  request.on('error', () => {})
}

/** What a body holds that was packed on its way, which may not be more than one that was not. @throws RequestProblem */
function unpacked(body: Buffer, encoding: string | undefined, max_bytes: number): Buffer {
  if (encoding === undefined || encoding === 'identity') return body
  const unpack = UNPACK.get(encoding.toLowerCase())
  if (unpack === undefined) throw new RequestProblem(`Bodies may be packed by gzip or deflate, not by '${encoding.slice(0, 50)}'.`, 415)
  try {
    return unpack(body, { maxOutputLength: max_bytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(max_bytes)
    throw new RequestProblem(`The body is not what its Content-Encoding '${encoding}' says: ${(error as Error).message}.`)
  }
}

function send(response: ServerResponse, { status, type, body, headers }: Answer, without_body = false): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(without_body ? undefined : body)
}
