import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import type { Settings } from '../config.ts'
import { answerBrokenRequest, answerError } from './failures.ts'
import { guardEveryRoute, guardOf } from './guard.ts'

const HEADERS_WAIT_MAX_MS = 20_000
const SILENCE_MAX_MS = 300_000
const UNREAD_WAIT_MAX_MS = 5_000
/** How long a connection on which nothing is asked stays open when the server stops. */
const IDLE_WAIT_MS = 100
const PARAMETER_LENGTH_MAX = 2_000

/** Fastify as this server uses it: its limits, its guard before every route, and none of its own texts. */
export function frameworkFor(settings: Settings): FastifyInstance {
  const guard = guardOf(settings)
  const app = Fastify({
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    rewriteUrl: ({ url = '/' }) => (url.startsWith('//') ? url.slice(1) : url),
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: PARAMETER_LENGTH_MAX },
    // An upload may take hours, so a request has no time limit of its own: its headers have, its JSON body has, and silence has.
    connectionTimeout: SILENCE_MAX_MS,
    http: { headersTimeout: HEADERS_WAIT_MAX_MS, requestTimeout: 0, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: 'idle',
    // What arrives on an open connection while the server stops is answered like all else, and told to come back by another one.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    // Schemas are our own (schema.ts): without these two, Fastify loads ajv and a serializer, 100 files, at every start.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (error, request, reply) => {
      const asAny = request as FastifyRequest
      try {
        guard(asAny, reply)
      } catch (refusal) {
        return answerError(refusal as Error, asAny, reply)
      }
      return answerError(error, asAny, reply)
    },
  })
  guardEveryRoute(app, guard)
  closeWhenStopping(app)
  closeIdleLater(app)
  dropUnreadBodies(app)
  return app
}

function noSchemas(): never {
  throw new Error('routes have no Fastify schemas: what comes and goes is described by http/schema.ts')
}

/** Short, unique over restarts, and never taken from the client. */
function requestIds(): () => string {
  const start = randomBytes(6).toString('base64url')
  let next = 0
  return () => `${start}-${(next++).toString(36)}`
}

/** Answers that leave after the server was told to stop end their connection, so that nobody sends the next request into it. */
function closeWhenStopping(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done(null, payload)
  })
}

/**
 * Node closes what is idle as soon as a server is told to stop, and so also connections on which a request has arrived that it did not
 * read yet: who sent it saw it cut. They get a moment; what arrives in it is answered, and told to come back by another connection.
 */
function closeIdleLater({ server }: FastifyInstance): void {
  const close = server.closeIdleConnections.bind(server)
  // Connections that are open keep the process alive until then; without one there is nothing to wait for.
  server.closeIdleConnections = () => void setTimeout(close, IDLE_WAIT_MS).unref()
}

/**
 * A request may be answered before its body is read, or in the middle of it: too long, not allowed, no such route. The rest is thrown
 * away as it arrives, so that the client gets to read its answer; but not for ever. Such a connection is not idle when the server stops,
 * and its answer did not say that it ends: it is closed when the rest is there, or the server would wait for its keep-alive of 72 s.
 */
function dropUnreadBodies(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (raw.complete === false) {
      const { socket } = raw
      setTimeout(() => raw.complete || socket.destroy(), UNREAD_WAIT_MAX_MS).unref()
      raw.once('end', () => stopping && socket.destroySoon())
      // Node throws away what nobody began to read; a body that a handler left in the middle would stand still.
      raw.resume()
    }
    done()
  })
}
