import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Settings } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Context } from './context.ts'
import { decodeInput, parseJson } from './decode.ts'
import type { Endpoint, Exchange, Method, ReadEndpoint, Route, StreamEndpoint, WriteEndpoint } from './endpoint.ts'
import { ApiError, invalid } from './errors.ts'
import { ReaderThread } from './reader-thread.ts'

const BODY_MAX_BYTES = 2 ** 20

/** What the pipeline needs to serve endpoints. */
export type House = {
  readonly db: Database
  readonly settings: Settings
}

/** The paths under which a route answers: MLflow's clients use `/api`, its page uses `/ajax-api`; both are one endpoint. */
export function pathsOf(route: Route, static_prefix: string): readonly string[] {
  const path = route.slice(route.indexOf(' ') + 1).replace(/\{([a-z_.]+)\}/g, ':$1')
  const both = path.startsWith('/api/') ? [path, `/ajax-api/${path.slice('/api/'.length)}`] : [path]
  return both.map((one) => static_prefix + one)
}

/** Makes every endpoint answer under each of its paths. */
export function serveEndpoints(app: FastifyInstance, endpoints: readonly Endpoint[], house: House): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  // Whatever else comes is left unread for the endpoint: streams take it, the others refuse it.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined))
  const thread = new ReaderThread(house)
  app.addHook('onClose', () => thread.close())
  for (const endpoint of endpoints) {
    const handler = handlerOf(endpoint, house, thread)
    for (const route of [endpoint.route, ...(endpoint.also ?? [])]) {
      const method = route.slice(0, route.indexOf(' ')) as Method
      for (const url of pathsOf(route, house.settings.static_prefix)) {
        app.route({ method, url, handler, bodyLimit: bodyLimit(endpoint), exposeHeadRoute: method === 'GET' })
      }
    }
  }
}

const bodyLimit = (endpoint: Endpoint): number => (endpoint.kind === 'stream' ? 2 ** 20 : (endpoint.body_max_bytes ?? BODY_MAX_BYTES))

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

function handlerOf(endpoint: Endpoint, house: House, thread: ReaderThread): Handler {
  if (endpoint.kind === 'stream') return (request, reply) => answerStream(endpoint, house, request, reply)
  const encode = endpoint.output.encode as (value: unknown) => string
  return async (request, reply) => {
    const input = inputOf(endpoint, request)
    const context = contextOf(house)
    const text = await answerJson(endpoint, house, thread, input, context, encode)
    return reply.header('content-type', 'application/json; charset=utf-8').send(text)
  }
}

async function answerJson(
  endpoint: ReadEndpoint<unknown, unknown> | WriteEndpoint<unknown, unknown>,
  house: House,
  thread: ReaderThread,
  input: unknown,
  context: Context,
  encode: (value: unknown) => string,
): Promise<string | Buffer> {
  if (endpoint.kind === 'write') return encode(await house.db.write((tx) => endpoint.handler(tx, input, context)))
  if (endpoint.heavy && house.db.threads) return thread.answer(endpoint.route, input, context)
  return encode(await endpoint.handler(house.db.reader, input, context))
}

const contextOf = (house: House): Context => ({ now_ms: Date.now(), user: '', settings: house.settings })

function inputOf(endpoint: Endpoint, request: FastifyRequest): unknown {
  const { method } = request
  const takesBody = method !== 'GET' && method !== 'HEAD'
  if (takesBody && endpoint.kind !== 'stream') requireJson(request)
  const body = takesBody && endpoint.kind !== 'stream' ? (request.body ?? (method === 'DELETE' ? undefined : {})) : undefined
  return decodeInput(endpoint, request.params as Record<string, string>, request.query as Record<string, string>, body)
}

/** A page of another site can send a form or plain text without asking, but not JSON (security case BR-04). */
function requireJson(request: FastifyRequest): void {
  const type = request.headers['content-type']
  if (type !== undefined && /^application\/json\s*(;|$)/i.test(type)) return
  if (type === undefined && request.method === 'DELETE') return
  throw invalid("Bad Request. Content-Type must be one of ['application/json']: send the body as JSON with that header.")
}

async function answerStream(
  endpoint: StreamEndpoint<unknown>,
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const exchange: Exchange = { body: request.raw, headers: request.headers, method: request.method, signal: gone.signal }
  const answer = await endpoint.handler(inputOf(endpoint, request), contextOf(house), exchange)
  reply.code(answer.status ?? 200)
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  return reply.send(answer.body ?? '')
}

/** Every failure leaves as `{ error_code, message }`; what went wrong inside goes to the log, under the request's id. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { code?: string; statusCode?: number }, request, reply) => {
    const known = knownError(error)
    if (known) return reply.code(known.status).send({ error_code: known.code, message: known.message })
    request.log.error({ err: error, path: request.routeOptions.url }, 'the request failed')
    return reply.code(500).send({
      error_code: 'INTERNAL_ERROR',
      message: `Something went wrong inside the server; its log says what, under request ${request.id}.`,
    })
  })
  app.setNotFoundHandler((request, reply) => {
    const message = `There is no endpoint ${request.method} at this path; /openapi.json lists them.`
    return reply.code(404).send({ error_code: 'ENDPOINT_NOT_FOUND', message })
  })
}

function knownError(error: Error & { code?: string; statusCode?: number }): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError('REQUEST_TOO_LARGE', 'The body is longer than this endpoint takes; send it in smaller parts.')
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return new ApiError('BAD_REQUEST', error.message)
  return undefined
}
