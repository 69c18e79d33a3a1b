import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where the server writes what its operator should see: one JSON line an event. pino is one. */
export type Log = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silent: Log = { info() {}, warn() {}, error() {} }

const PATH_SHOWN_MAX = 200

/**
 * One line for each failed request. It names the route's template, not the query and not the body, where secrets travel; a path that is
 * no route is cut, and JSON escapes what is in it (security case ID-06).
 */
export function logFailures(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 500) log.error(lineOf(request, reply), 'the request failed')
    else if (reply.statusCode >= 400) log.warn(lineOf(request, reply), 'the request was refused')
    done()
  })
}

function lineOf(request: FastifyRequest, reply: FastifyReply): object {
  const route = request.routeOptions.url
  const failure = failures.get(request.raw)
  return {
    request_id: request.id,
    method: request.method,
    ...(route === undefined ? { path: request.url.split('?')[0]?.slice(0, PATH_SHOWN_MAX) } : { route }),
    status: reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime),
    address: request.ip,
    ...failure,
  }
}

// What the error handler knows about a failure, for the line that is written when the answer is out.
const failures = new WeakMap<object, object>()

/** Adds to the request's line what went wrong: a code, or the error that nobody foresaw. */
export function noteFailure(request: FastifyRequest, failure: { error_code: string; err?: unknown }): void {
  failures.set(request.raw, failure)
}
